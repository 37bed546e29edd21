// GraphQL's reference implementation reads the schema, as the checked-in file and from the server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema,
  validateSchema,
} from 'graphql';
import { request } from 'graphql-request';

export const checkedIn = async () =>
  buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));

export const text = (schema) => printSchema(lexicographicSortSchema(schema));

export const schema = {
  async 'schema.graphql is valid'() {
    assert.deepEqual(validateSchema(await checkedIn()), []);
  },

  async 'introspection tells the schema of schema.graphql'(url) {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    const served = buildClientSchema(await request(url, query));
    assert.deepEqual(validateSchema(served), []);
    assert.equal(text(served), text(await checkedIn()));
  },
};
