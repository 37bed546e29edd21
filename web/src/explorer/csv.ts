/** What a chart shows as a file of values, as the server gave them. */
import { write } from './indicator';
import { matches, outputs } from './query';
import type { Shown } from './load';

export function csv({ view, instrument: { series } }: Shown): string {
  const columns: [string, (string | number | null | undefined)[]][] = [
    ['date', series.periodStart],
    ['open', series.open],
    ['high', series.high],
    ['low', series.low],
    ['close', series.close],
    ['volume', series.volume],
  ];
  for (const { indicator, output, line } of outputs(view, series)) {
    columns.push([output ? `${write(indicator)}.${output}` : write(indicator), line.values]);
  }
  for (const { indicator, found } of matches(view, series)) {
    const signals = new Map(found.map(({ periodStart, signal }) => [periodStart, signal]));
    columns.push([write(indicator), series.periodStart.map((start) => signals.get(start) ?? 0)]);
  }
  const rows = series.periodStart.map((_, index) => columns.map(([, values]) => values[index] ?? '').join(','));
  return [columns.map(([name]) => (name.includes(',') ? `"${name}"` : name)).join(','), ...rows, ''].join('\r\n');
}

export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
