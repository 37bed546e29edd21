/** The one query that draws a chart. */
import type { Instrument, Line, Series } from '../generated/schema';
import type { Indicator } from './indicator';
import type { View } from './view';

export type DrawnLine = Pick<Line, 'values' | 'displayShift'>;

/** An indicator's answer: a line, or an object of lines by the names of the outputs. */
export type Result = DrawnLine | Record<string, DrawnLine>;

type Columns = 'periodStart' | 'open' | 'high' | 'low' | 'close' | 'volume';

export type ChartSeries = Pick<Series, Columns> & Partial<Pick<Series, 'patterns'>> & { [key: string]: unknown };

export interface ChartData {
  instrument: (Pick<Instrument, 'symbol' | 'name' | 'currency'> & { series: ChartSeries }) | null;
}

/** The keys under which an answer has the indicators: their fields, numbered where they repeat. */
export function keys(indicators: Indicator[]): string[] {
  const seen = new Map<string, number>();
  return indicators.map(({ info: { field } }) => {
    const count = (seen.get(field) ?? 0) + 1;
    seen.set(field, count);
    return count === 1 ? field : `${field}_${count}`;
  });
}

export function chartQuery(view: View): string {
  const lines = view.indicators.filter(({ info }) => !info.candlestickPattern);
  const patterns = view.indicators.filter(({ info }) => info.candlestickPattern);
  const names = keys(lines);
  const series = call('series', {
    frequency: view.frequency,
    ...(view.interval !== 1 && { interval: String(view.interval) }),
    ...(view.from && { from: JSON.stringify(view.from) }),
    ...(view.to && { to: JSON.stringify(view.to) }),
  });
  const fields = ['periodStart', 'open', 'high', 'low', 'close', 'volume', ...lines.map((it, index) => field(it, names[index]!))];
  if (patterns.length > 0) {
    const only = [...new Set(patterns.map(patternName))].join(', ');
    fields.push(`patterns(only: [${only}]) { periodStart pattern signal }`);
  }
  return `query Chart {
  instrument(symbol: ${JSON.stringify(view.symbol)}) {
    symbol
    name
    currency
    ${series} {
${fields.map((line) => `      ${line}\n`).join('')}    }
  }
}
`;
}

/** The name that `patterns` knows a candlestick pattern by. */
export function patternName({ info }: Indicator): string {
  return info.field.toUpperCase();
}

function field({ info, args }: Indicator, key: string): string {
  const alias = key === info.field ? '' : `${key}: `;
  const line = '{ values displayShift }';
  const outputs = info.outputs.map((output) => (output.field ? `${output.field} ${line}` : line));
  const isLine = info.outputs.every((output) => !output.field);
  return `${alias}${call(info.field, args)} ${isLine ? line : `{ ${outputs.join(' ')} }`}`;
}

function call(name: string, args: Record<string, string>): string {
  const values = Object.entries(args).map(([argument, value]) => `${argument}: ${value}`);
  return values.length > 0 ? `${name}(${values.join(', ')})` : name;
}
