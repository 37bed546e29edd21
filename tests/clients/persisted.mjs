// What automatic persisted queries promise, whichever client asks: a hash that the server does not
// know is answered so that the client sends the query too, and from then on the hash is enough.
import assert from 'node:assert/strict';

/** The client's first query ever: the hash, which is unknown, then the query with the hash. */
export function registers(exchanges, secondAsked) {
  assert.deepEqual(exchanges.map(({ asked }) => asked), ['GET hash', secondAsked]);
  const [unknown, known] = exchanges;
  const [error, ...others] = unknown.answer.errors;
  assert.equal(error.message, 'PersistedQueryNotFound');
  assert.equal(error.extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
  assert.deepEqual(others, []);
  // A cache that kept this would hide the query that is registered next.
  assert.equal(unknown.response.headers.get('cache-control'), 'no-store');
  assert.equal(known.response.status, 200);
}

/** The query of another client: the hash alone, answered so that a cache can keep it. */
export async function asksByHashAlone(exchanges) {
  assert.deepEqual(exchanges.map(({ asked }) => asked), ['GET hash']);
  const [{ url, options, response }] = exchanges;
  assert.equal(response.status, 200);
  assert.doesNotMatch(response.headers.get('cache-control'), /no-store/);
  const etag = response.headers.get('etag');
  assert.ok(etag, 'the answer has an entity tag');
  const headers = { ...options.headers, 'if-none-match': etag };
  const again = await fetch(url, { headers });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
}
