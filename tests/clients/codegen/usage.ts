// A program as a user would write it on the generated types; it compiles only if they are right.
import { request } from 'graphql-request';
import { PageDocument, YearsDocument } from './generated/graphql.js';
import type { YearsQuery, YearsQueryVariables } from './generated/graphql.js';

/** Whether two types are the same; `any` is the same as itself only. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(..._: Same<A, B> extends true ? [] : [never]) => undefined;

type Instrument = NonNullable<YearsQuery['instrument']>;
type Candle = NonNullable<Instrument['series']>['candles'][number];
same<Candle['periodStart'], string>();
same<Candle['close'], number | null>();
same<Candle['volume'], number>();
same<YearsQueryVariables['symbol'], string>();
same<NonNullable<YearsQueryVariables['from']>, string>();

export async function yearsOf(url: string, symbol: string, from: string, to: string) {
  const { instrument } = await request(url, YearsDocument, { symbol, from, to });
  return instrument?.series?.candles ?? [];
}

export async function pageOf(url: string, first: number) {
  const { instruments } = await request(url, PageDocument, { first });
  const days = instruments?.nodes.map(({ lastDate }) => lastDate);
  return { days, endCursor: instruments?.pageInfo.endCursor };
}

export const wrong = (url: string) => [
  // @ts-expect-error: a Date is not a number.
  request(url, YearsDocument, { symbol: 'AMZN', from: 20210101 }),
  // @ts-expect-error: the symbol is missing.
  request(url, YearsDocument, { from: '2021-01-01' }),
];
