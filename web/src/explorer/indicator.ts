/** An indicator with the visitor's choices, written as in a query: `sma(timePeriod:20,source:HLC3)`. */
import { PriceSource } from '../generated/schema';
import type { Catalogue, Info } from './catalogue';

export interface Indicator {
  info: Info;
  /** Only those that differ from the defaults, as one writes them in a query. */
  args: Record<string, string>;
}

/** An argument of an indicator, and what it takes. */
export interface Parameter {
  name: string;
  title: string;
  description: string;
  default: string;
  /** What may be chosen; of a number there is none. */
  options?: readonly string[];
  isInteger?: boolean;
  min?: number;
  max?: number;
}

/** Every argument of an indicator: those that tune it, then its prices. */
export function parameters(info: Info): Parameter[] {
  const tuning = info.parameters.map(({ kind, options, min, max, ...rest }) => ({
    ...rest,
    ...(kind === 'OPTION' ? { options } : { isInteger: kind === 'INTEGER', min: min ?? undefined, max: max ?? undefined }),
  }));
  const sources = info.sources.map(({ name, default: price }) => ({
    name,
    title: 'Source',
    description: 'The price that the indicator reads.',
    default: price,
    options: Object.values(PriceSource),
  }));
  return [...tuning, ...sources];
}

/** Whether a query with this value is valid; the server decides whether it is in range. */
export function isValid(parameter: Parameter, value: string): boolean {
  if (parameter.options) return parameter.options.includes(value);
  return (parameter.isInteger ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i).test(value);
}

/** `sma(timePeriod:20)`, in links and legends. */
export function write({ info, args }: Indicator): string {
  const values = Object.entries(args).map(([name, value]) => `${name}:${value}`);
  return values.length > 0 ? `${info.field}(${values.join(',')})` : info.field;
}

/** The indicator that a link names, unless the server does not have it like that. */
export function read(text: string, catalogue: Catalogue): Indicator | undefined {
  const [, field = '', inside = ''] = /^(\w+)(?:\((.*)\))?$/.exec(text) ?? [];
  const info = catalogue.get(field);
  if (!info) return undefined;
  const known = new Map(parameters(info).map((parameter) => [parameter.name, parameter]));
  const args: Record<string, string> = {};
  for (const pair of inside.split(',').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(':');
    const parameter = known.get(name);
    if (!parameter || !isValid(parameter, value)) return undefined;
    args[name] = value;
  }
  return { info, args };
}
