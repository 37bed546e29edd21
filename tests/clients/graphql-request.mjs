// graphql-request, a small client without a cache: https://github.com/graffle-js/graffle/tree/graphql-request
import assert from 'node:assert/strict';
import { ClientError, GraphQLClient, rawRequest, request } from 'graphql-request';

/** The error of a request that must have one. */
async function refused(url, query) {
  const error = await request(url, query).catch((error) => error);
  assert.ok(error instanceof ClientError, `not refused: ${JSON.stringify(error)}`);
  return error.response;
}

export const graphqlRequest = {
  async 'a query with variables'(url) {
    const query = `query Window($symbol: String!, $from: Date, $to: Date) {
      instrument(symbol: $symbol) {
        series(frequency: ANNUAL, from: $from, to: $to) {
          candles { periodStart close volume tradingDays }
        }
      }
    }`;
    const variables = { symbol: 'AMZN', from: '2021-01-01', to: '2021-12-31' };
    const { status, data } = await rawRequest(url, query, variables);
    assert.equal(status, 200);
    assert.deepEqual(data.instrument.series.candles, [
      { periodStart: '2021-01-01', close: 166.717, volume: 17076362000, tradingDays: 252 },
    ]);
  },

  async 'a query by GET'(url) {
    const query = 'query Pages($first: Int) { instruments(first: $first) { nodes { symbol } } }';
    const client = new GraphQLClient(url, { method: 'GET' });
    const data = await client.request(query, { first: 2 });
    assert.deepEqual(data, { instruments: { nodes: [{ symbol: 'AAPL' }, { symbol: 'AMZN' }] } });
  },

  async 'a field without an answer'(url) {
    const query = '{ unknown: instrument(symbol: "AMZNN") { symbol } }';
    const { status, data, errors } = await refused(url, query);
    assert.equal(status, 200);
    assert.deepEqual(data, { unknown: null });
    assert.equal(errors[0].extensions.code, 'UNKNOWN_SYMBOL');
  },

  async 'a query that does not fit the schema'(url) {
    const { status, errors } = await refused(url, '{ instrument(symbol: "AMZN") { market } }');
    assert.equal(status, 400);
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  },
};
