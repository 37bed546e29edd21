/** Gets what a view shows. */
import { Unavailable, ask } from '../client';
import type { Indicator } from './indicator';
import { type ChartData, type ChartInstrument, chartQuery, lines } from './query';
import type { View } from './view';

/** What the server answered to a view. */
export interface Shown {
  view: View;
  instrument: ChartInstrument;
  /** Why indicators have no line, in the server's words. */
  refusals: Map<Indicator, string>;
  /** How long ago the server last heard from its database, in seconds. */
  ageS: number;
}

/** A view that cannot be shown, and why. */
export interface Refused {
  message: string;
  isUnknownSymbol: boolean;
}

export async function load(view: View, signal: AbortSignal): Promise<Shown | Refused> {
  const request = { query: chartQuery(view), operationName: 'Chart', extensions: { age: true } };
  const { data, errors = [], extensions } = await ask<ChartData>(request, signal);
  const instrument = data?.instrument;
  if (!instrument?.series) {
    const [error] = errors;
    return { message: error?.message ?? 'no answer', isUnknownSymbol: error?.extensions?.code === 'UNKNOWN_SYMBOL' };
  }
  const asked = lines(view);
  const refusals = new Map(
    errors.flatMap(({ path, message }) => {
      const indicator = asked.get(String(path?.[2]));
      return indicator ? [[indicator, message]] : [];
    }),
  );
  return { view, instrument: { ...instrument, series: instrument.series }, refusals, ageS: extensions?.age ?? 0 };
}

/** Tries until the server answers; tells what keeps it from it, and at last that nothing does. */
export async function persist<T>(
  work: () => Promise<T>,
  onTrouble: (trouble: string | undefined) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let waitS = 1; ; waitS = Math.min(waitS * 2, 8)) {
    try {
      const done = await work();
      onTrouble(undefined);
      return done;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const seconds = error.retryAfterS ?? waitS;
      onTrouble(`${error.message}; trying again in ${seconds} s`);
      await sleep(seconds, signal);
    }
  }
}

/** Rejects if it is aborted meanwhile. */
export function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
