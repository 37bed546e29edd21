/** What is looked at. All of it is in the address, so that a link shows the same chart. */
import { Frequency } from '../generated/schema';
import type { Start } from './catalogue';
import { type Indicator, read, write } from './indicator';

export interface View {
  symbol: string;
  frequency: Frequency;
  interval: number;
  /** `YYYY-MM-DD`, or empty. */
  from: string;
  to: string;
  logScale: boolean;
  indicators: Indicator[];
}

/** The chart of a visitor without a link. */
const FIRST_INDICATORS = ['sma(timePeriod:50)', 'bbands', 'rsi', 'macd'];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The view that an address names, and what it names that there is not. */
export function fromAddress(search: string, start: Start): { view: View; unknown: string[] } {
  const address = new URLSearchParams(search);
  const frequency = Object.values(Frequency).find((it) => it === address.get('frequency'));
  const interval = Number(address.get('interval'));
  const texts = address.size > 0 ? address.getAll('indicator') : FIRST_INDICATORS;
  const indicators = texts.map((text) => read(text, start.catalogue));
  const day = (name: string) => DAY.exec(address.get(name) ?? '')?.[0] ?? '';
  return {
    view: {
      symbol: address.get('symbol') ?? start.symbol ?? '',
      frequency: frequency ?? 'DAILY',
      interval: Number.isInteger(interval) && interval > 0 ? interval : 1,
      from: day('from'),
      to: day('to'),
      logScale: address.get('scale') === 'log',
      indicators: indicators.filter((indicator) => indicator !== undefined),
    },
    unknown: address.size > 0 ? texts.filter((_, index) => !indicators[index]) : [],
  };
}

/** The address of a view, from its `?` on, easy to read. */
export function toAddress(view: View): string {
  const address = new URLSearchParams({ symbol: view.symbol });
  if (view.frequency !== 'DAILY') address.set('frequency', view.frequency);
  if (view.interval !== 1) address.set('interval', String(view.interval));
  if (view.from) address.set('from', view.from);
  if (view.to) address.set('to', view.to);
  if (view.logScale) address.set('scale', 'log');
  for (const indicator of view.indicators) address.append('indicator', write(indicator));
  return `?${address}`.replaceAll('%28', '(').replaceAll('%29', ')').replaceAll('%3A', ':').replaceAll('%2C', ',');
}
