// urql without a framework: https://nearform.com/open-source/urql/docs/
import assert from 'node:assert/strict';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { asksByHashAlone, registers } from './persisted.mjs';
import { record } from './record.mjs';

/** A new client, which knows nothing of what others have asked. */
function connect(url, ...exchangesBefore) {
  const { exchanges, fetch } = record();
  const client = new Client({ url, fetch, exchanges: [...exchangesBefore, fetchExchange] });
  return { client, exchanges };
}

const persisted = () => persistedExchange({ preferGetForPersistedQueries: true });

export const urql = {
  async 'a query with variables'(url) {
    const query = `query Weeks($symbol: String!, $interval: Int) {
      instrument(symbol: $symbol) {
        series(frequency: WEEKLY, interval: $interval, last: 4) { periodStart volume }
      }
    }`;
    const { client, exchanges } = connect(url);
    const { data, error } = await client.query(query, { symbol: 'NVDA', interval: 2 });
    assert.equal(error, undefined);
    assert.deepEqual(data.instrument.series, {
      periodStart: ['2023-07-31', '2023-08-14', '2023-08-28', '2023-09-11'],
      volume: [399264900, 723947700, 487127800, 378676000],
    });
    // Its default for whatever fits into a URL.
    assert.deepEqual(exchanges.map(({ asked }) => asked), ['GET query']);
  },

  async 'a field without an answer'(url) {
    const query = '{ unknown: instrument(symbol: "AMZNN") { symbol } }';
    const { data, error } = await connect(url).client.query(query, {});
    assert.deepEqual(data, { unknown: null });
    assert.equal(error.networkError, undefined);
    const [{ path, extensions }] = error.graphQLErrors;
    assert.deepEqual(path, ['unknown']);
    assert.equal(extensions.code, 'UNKNOWN_SYMBOL');
  },

  async 'a query that does not fit the schema'(url) {
    const query = '{ instrument(symbol: "AMZN") { market } }';
    const { data, error } = await connect(url).client.query(query, {});
    assert.equal(data, undefined);
    assert.equal(error.networkError, undefined);
    assert.equal(error.response.status, 400);
    assert.equal(error.graphQLErrors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  },

  async 'a persisted query'(url) {
    const query = `query UrqlPersisted($symbol: String!) {
      instrument(symbol: $symbol) {
        series(frequency: ANNUAL, from: "2021-01-01", to: "2021-12-31") { close }
      }
    }`;
    const ask = async ({ client }) => {
      const { data, error } = await client.query(query, { symbol: 'AMZN' });
      assert.equal(error, undefined);
      assert.deepEqual(data.instrument.series.close, [166.717]);
    };
    const first = connect(url, persisted());
    await ask(first);
    registers(first.exchanges, 'GET query hash');
    const second = connect(url, persisted());
    await ask(second);
    await asksByHashAlone(second.exchanges);
  },
};
