// Apollo Client 4, without a framework: https://www.apollographql.com/docs/react
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { asksByHashAlone, registers } from './persisted.mjs';
import { record } from './record.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** A new client, which knows nothing of what others have asked. */
function connect(uri, ...links) {
  const { exchanges, fetch } = record();
  const link = [...links, new HttpLink({ uri, fetch })].reduce((one, next) => one.concat(next));
  return { client: new ApolloClient({ cache: new InMemoryCache(), link }), exchanges };
}

const persisted = () => new PersistedQueryLink({ sha256, useGETForHashedQueries: true });

export const apollo = {
  async 'a query with variables'(url) {
    const query = gql`
      query Years($symbol: String!, $frequency: Frequency!, $last: Int) {
        instrument(symbol: $symbol) {
          symbol
          series(frequency: $frequency, last: $last) {
            candles { periodStart close }
          }
        }
      }
    `;
    const variables = { symbol: 'AMZN', frequency: 'ANNUAL', last: 2 };
    const { data, error } = await connect(url).client.query({ query, variables });
    assert.equal(error, undefined);
    // Its cache adds __typename to every object.
    assert.deepEqual(data, {
      instrument: {
        __typename: 'Instrument',
        symbol: 'AMZN',
        series: {
          __typename: 'Series',
          candles: [
            { __typename: 'Candle', periodStart: '2022-01-01', close: 84 },
            { __typename: 'Candle', periodStart: '2023-01-01', close: 129.33 },
          ],
        },
      },
    });
  },

  async 'a field without an answer'(url) {
    const { data, error } = await connect(url).client.query({
      query: gql`{ unknown: instrument(symbol: "AMZNN") { symbol } }`,
      errorPolicy: 'all',
    });
    assert.deepEqual(data, { unknown: null });
    assert.ok(CombinedGraphQLErrors.is(error), error);
    const [{ path, extensions }] = error.errors;
    assert.deepEqual(path, ['unknown']);
    assert.equal(extensions.code, 'UNKNOWN_SYMBOL');
  },

  async 'a query that does not fit the schema'(url) {
    const { client, exchanges } = connect(url);
    const query = gql`{ instrument(symbol: "AMZN") { market } }`;
    await assert.rejects(client.query({ query }), (error) => {
      assert.ok(CombinedGraphQLErrors.is(error), error);
      assert.equal(error.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
      return true;
    });
    assert.equal(exchanges[0].response.status, 400);
  },

  async 'a persisted query'(url) {
    const query = gql`
      query ApolloPersisted($symbol: String!) {
        instrument(symbol: $symbol) {
          series(frequency: ANNUAL, from: "2021-01-01", to: "2021-12-31") { close }
        }
      }
    `;
    const ask = async ({ client }) => {
      const { data } = await client.query({ query, variables: { symbol: 'AMZN' } });
      assert.deepEqual(data.instrument.series.close, [166.717]);
    };
    const first = connect(url, persisted());
    await ask(first);
    registers(first.exchanges, 'POST query hash');
    const second = connect(url, persisted());
    await ask(second);
    await asksByHashAlone(second.exchanges);
  },
};
