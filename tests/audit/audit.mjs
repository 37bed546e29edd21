// Runs the working group's audits of GraphQL over HTTP against the server at the URL given, and
// fails unless every one is passed. https://github.com/graphql/graphql-http
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await Promise.all(
  serverAudits({ url, fetchFn: fetch }).map((audit) => audit.fn()),
);
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.error(`${status}: ${id} ${name}: ${reason}`);
}
console.log(`${results.length - failed.length} of ${results.length} audits passed`);
process.exitCode = failed.length === 0 && results.length > 0 ? 0 : 1;
