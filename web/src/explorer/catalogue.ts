/** What the server has: its indicators, and an instrument to begin with. */
import { ask } from '../client';
import { graphql } from '../generated';
import type { StartQuery } from '../generated/graphql';

const Start = graphql(`
  query Start {
    indicatorCatalog {
      field
      title
      group
      description
      placement
      candlestickPattern
      sources { name default }
      parameters { name title description kind default min max options }
      outputs { field style limit }
    }
    instruments(first: 1) { nodes { symbol } }
  }
`);

/** An indicator as the server describes it. */
export type Info = StartQuery['indicatorCatalog'][number];

export type Catalogue = Map<string, Info>;

export interface Start {
  catalogue: Catalogue;
  /** The first instrument; there is none in an empty database. */
  symbol?: string;
}

export async function start(): Promise<Start> {
  const answer = await ask<StartQuery>({ query: Start.toString() });
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? 'The server has no catalogue');
  const { indicatorCatalog, instruments } = answer.data;
  return {
    catalogue: new Map(indicatorCatalog.map((info) => [info.field, info])),
    symbol: instruments?.nodes[0]?.symbol,
  };
}
