/** The one query that draws a chart, and what its answer has of each indicator. */
import type { Instrument, Line, Series } from '../generated/schema';
import type { Indicator } from './indicator';
import type { View } from './view';

export type DrawnLine = Pick<Line, 'values' | 'displayShift'>;

/** An indicator's answer: a line, or an object of lines by the names of the outputs. */
type Result = DrawnLine | Record<string, DrawnLine>;

type Columns = 'periodStart' | 'open' | 'high' | 'low' | 'close' | 'volume';

export type ChartSeries = Pick<Series, Columns> & Partial<Pick<Series, 'patterns'>> & { [key: string]: unknown };

export type ChartInstrument = Pick<Instrument, 'symbol' | 'name' | 'currency'> & { series: ChartSeries };

export interface ChartData {
  /** Null if there is none; its series is null if it cannot be computed. */
  instrument: (Omit<ChartInstrument, 'series'> & { series: ChartSeries | null }) | null;
}

/** The indicators that are lines, by the keys of the answer: their fields, numbered where they repeat. */
export function lines(view: View): Map<string, Indicator> {
  const seen = new Map<string, number>();
  const named = view.indicators.filter(({ info }) => !info.candlestickPattern).map((indicator): [string, Indicator] => {
    const { field } = indicator.info;
    const count = (seen.get(field) ?? 0) + 1;
    seen.set(field, count);
    return [count === 1 ? field : `${field}_${count}`, indicator];
  });
  return new Map(named);
}

/** The others, which come as one list of matches. */
function patterns(view: View): Indicator[] {
  return view.indicators.filter(({ info }) => info.candlestickPattern);
}

/** The outputs of all lines that the server answered: of a refused indicator none. A lone one has no name. */
export function outputs(view: View, series: ChartSeries) {
  return [...lines(view)].flatMap(([key, indicator]) => {
    const result = series[key] as Result | null | undefined;
    if (!result) return [];
    return indicator.info.outputs.map(({ field, style, limit }) => {
      const line = (field ? (result as Record<string, DrawnLine>)[field] : result) as DrawnLine;
      return { indicator, output: field ?? '', style, limit, line };
    });
  });
}

/** The matches of each pattern. */
export function matches(view: View, series: ChartSeries) {
  return patterns(view).map((indicator) => {
    const found = series.patterns?.filter(({ pattern }) => pattern === patternName(indicator)) ?? [];
    return { indicator, found };
  });
}

export function chartQuery(view: View): string {
  const series = call('series', {
    frequency: view.frequency,
    ...(view.interval !== 1 && { interval: String(view.interval) }),
    ...(view.from && { from: JSON.stringify(view.from) }),
    ...(view.to && { to: JSON.stringify(view.to) }),
  });
  const fields = ['periodStart', 'open', 'high', 'low', 'close', 'volume', ...[...lines(view)].map(([key, it]) => field(it, key))];
  const only = new Set(patterns(view).map(patternName));
  if (only.size > 0) {
    fields.push(`patterns(only: [${[...only].join(', ')}]) { periodStart pattern signal }`);
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
function patternName({ info }: Indicator): string {
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
