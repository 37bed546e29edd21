// What GraphQL Code Generator, editors and linters load a schema with, from the running server:
// https://the-guild.dev/graphql/config, https://the-guild.dev/graphql/tools,
// https://the-guild.dev/graphql/inspector
import assert from 'node:assert/strict';
import { UrlLoader } from '@graphql-tools/url-loader';
import { loadSchema } from '@graphql-tools/load';
import { GraphQLConfig } from 'graphql-config';
import { run } from './run.mjs';
import { checkedIn, text } from './schema.mjs';

const here = new URL('.', import.meta.url);

/** Asks for all that schema.graphql says. */
const introspection = {
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
};

export const loaders = {
  async 'graphql-tools loads the schema'(url) {
    const loaded = await loadSchema(url, { loaders: [new UrlLoader()], ...introspection });
    assert.equal(text(loaded), text(await checkedIn()));
  },

  async 'graphql-config loads the schema'(url) {
    const schema = [{ [url]: introspection }];
    const config = new GraphQLConfig({ config: { schema }, filepath: import.meta.filename }, []);
    assert.equal(text(await config.getDefault().getSchema()), text(await checkedIn()));
  },

  async 'graphql-inspector finds no difference'(url) {
    const said = await run('graphql-inspector', ['diff', '../../schema.graphql', url], here);
    const changes = [...said.matchAll(/(?:✖|⚠|✔)\s+(.*)/gu)].map(([, change]) => change);
    // The inspector does not ask the server where scalars are specified.
    assert.deepEqual(changes, ['Directive specifiedBy was removed from scalar Date'], said);
    assert.match(said, /No breaking changes detected/);
  },
};
