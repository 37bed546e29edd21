// A `fetch` for clients that writes down what they ask and what they are answered.

/** The exchanges, in their order, and the `fetch` that fills them. */
export function record() {
  const exchanges = [];
  const recordingFetch = async (url, options) => {
    const response = await fetch(url, options);
    const answer = await response.clone().json();
    exchanges.push({ url, options, asked: asked(url, options), response, answer });
    return response;
  };
  return { exchanges, fetch: recordingFetch };
}

/** How a document is asked for: `GET hash`, `POST query`, `POST query hash`. */
function asked(url, { method, body }) {
  const parameters =
    method === 'GET' ? Object.fromEntries(new URL(url).searchParams) : JSON.parse(body);
  const { query, extensions = {} } = parameters;
  const { persistedQuery } = typeof extensions === 'string' ? JSON.parse(extensions) : extensions;
  return [method, query && 'query', persistedQuery && 'hash'].filter(Boolean).join(' ');
}
