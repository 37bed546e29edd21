/** What a chart shows as a file of values, as the server gave them. */
import { write } from './indicator';
import { type DrawnLine, type Result, keys, patternName } from './query';
import type { Shown } from './load';

export function csv({ view, instrument: { series } }: Shown): string {
  const lined = view.indicators.filter(({ info }) => !info.candlestickPattern);
  const names = keys(lined);
  const columns: [string, (string | number | null | undefined)[]][] = [
    ['date', series.periodStart],
    ['open', series.open],
    ['high', series.high],
    ['low', series.low],
    ['close', series.close],
    ['volume', series.volume],
  ];
  lined.forEach((indicator, index) => {
    const result = series[names[index]!] as Result | null;
    for (const { field } of result ? indicator.info.outputs : []) {
      const line = (field ? (result as Record<string, DrawnLine>)[field] : result) as DrawnLine;
      columns.push([field ? `${write(indicator)}.${field}` : write(indicator), line.values]);
    }
  });
  for (const indicator of view.indicators.filter(({ info }) => info.candlestickPattern)) {
    const matches = series.patterns?.filter(({ pattern }) => pattern === patternName(indicator)) ?? [];
    const signals = new Map(matches.map(({ periodStart, signal }) => [periodStart, signal]));
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
