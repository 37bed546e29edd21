// Runs every check against the server at the URL given, and fails unless every one is passed.
import { apollo } from './apollo.mjs';
import { codegen } from './codegen.mjs';
import { documents } from './documents.mjs';
import { graphqlRequest } from './graphql-request.mjs';
import { loaders } from './loaders.mjs';
import { schema } from './schema.mjs';
import { urql } from './urql.mjs';
import { validation } from './validation.mjs';

const [url] = process.argv.slice(2);
const clients = {
  'graphql-js': { ...schema, ...validation },
  'Apollo Client': apollo,
  urql,
  'graphql-request': graphqlRequest,
  'schema loaders': loaders,
  'GraphQL Code Generator': codegen,
  'docs/clients.md': documents,
};

let count = 0;
let passed = 0;
for (const [client, checks] of Object.entries(clients)) {
  for (const [name, check] of Object.entries(checks)) {
    count += 1;
    try {
      await check(url);
      passed += 1;
    } catch (error) {
      console.error(`failed: ${client}: ${name}\n${error.stack}\n`);
    }
  }
}
console.log(`${passed} of ${count} client checks passed`);
process.exitCode = passed === count && count > 0 ? 0 : 1;
