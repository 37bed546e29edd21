// GraphiQL at `/graphql`.
import assert from 'node:assert/strict';
import { inaccessible } from './visit.mjs';

/** Where GraphiQL itself has faults: pale colours of its editors, tabs with one button in another. */
const NOT_OURS = ['.monaco-editor', '.graphiql-tab'];

/** What an editor holds, once it holds anything: `operation.graphql` or `response.json`. */
async function text(page, name) {
  const shown = await page.waitForFunction((suffix) => {
    const models = globalThis.__MONACO?.editor.getModels() ?? [];
    return models.find(({ uri }) => uri.path.endsWith(suffix))?.getValue();
  }, name);
  return shown.jsonValue();
}

/** The address of GraphiQL with a document in it. */
const link = (query, others = {}) => `/graphql#${new URLSearchParams({ query, ...others })}`;

/** Waits until the editors and their workers are there, and the question about the schema is over. */
async function ready(page) {
  await page.locator('.graphiql-query-editor .monaco-editor').waitFor();
  await page.locator('.result-window .monaco-editor').waitFor();
  await page.waitForFunction(() => {
    const names = performance.getEntriesByType('resource').map(({ name }) => name);
    return ['editor', 'graphql', 'json'].every((kind) => names.some((name) => name.includes(`/${kind}.worker`)));
  });
  await page.getByRole('button', { name: 'Re-fetch GraphQL schema', disabled: false }).waitFor();
}

async function run(page) {
  await page.getByRole('button', { name: 'Execute query' }).click();
  return answer(page);
}

const answer = async (page) => JSON.parse(await text(page, 'response.json'));

/** What the server answers to a client that is no browser. */
async function ask(url, query) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.json();
}

export const graphiql = {
  async 'the page comes with its schema, and without a complaint'(visit) {
    const page = await visit.open('/graphql');
    await ready(page);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'InstrumentConnection' }).waitFor();
    await page.waitForLoadState('networkidle');
  },

  async 'five examples are answered'(visit) {
    const page = await visit.open('/graphql');
    await ready(page);
    const examples = page.getByRole('region', { name: 'Examples' }).getByRole('button');
    assert.equal(await examples.count(), 5);
    for (const example of await examples.all()) {
      await example.click();
      const name = await example.locator('strong').textContent();
      await page.getByRole('tab', { name, selected: true }).waitFor();
      const { data, errors } = await run(page);
      assert.equal(errors, undefined);
      assert.ok(data);
      const query = await text(page, 'operation.graphql');
      assert.deepEqual(data, (await ask(visit.url, query)).data);
    }
    // The examples that are open are shown again, each once.
    await examples.first().click();
    await page.getByRole('tab', { name: 'Candles', selected: true }).waitFor();
    assert.equal(await page.getByRole('tab').count(), 5);
  },

  async 'what was written stays when an example is opened'(visit) {
    const page = await visit.open(link('{ written: __typename }'));
    await ready(page);
    await page.getByRole('button', { name: /^Columns/ }).click();
    await page.getByRole('tab', { name: 'Columns', selected: true }).waitFor();
    await page.getByRole('tab', { name: '<untitled>' }).click();
    assert.equal(await text(page, 'operation.graphql'), '{ written: __typename }');
  },

  async 'names of fields are completed'(visit) {
    const page = await visit.open(link('{ instrument(symbol: "AMZN") { series(last: 1) { candles { } } } }'));
    await ready(page);
    await page.locator('.graphiql-query-editor .view-line').click();
    await page.keyboard.press('Control+End');
    for (let step = 0; step < '} } } }'.length; step += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('trad');
    await page.locator('.suggest-widget .focused', { hasText: 'tradingDays' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    const { data } = await answer(page);
    assert.deepEqual(data, { instrument: { series: { candles: [{ tradingDays: 1 }] } } });
  },

  async 'a query is put into shape, comments and variables too'(visit) {
    const page = await visit.open(link('# why\n{written:__typename}', { variables: '{"a":1}' }));
    await ready(page);
    await page.getByRole('button', { name: /^Prettify/ }).click();
    await page.locator('.graphiql-query-editor .view-line').nth(3).waitFor();
    assert.equal(await text(page, 'operation.graphql'), '# why\n{\n  written: __typename\n}\n');
    assert.equal(await text(page, 'variables.json'), '{\n  "a": 1\n}\n');
  },

  async 'a link brings its query, variables and operation'(visit) {
    const query = `query First { __typename }
      query Second($symbol: String!) { instrument(symbol: $symbol) { symbol } }`;
    const parameters = new URLSearchParams({
      query, variables: '{ "symbol": "NVDA" }', operationName: 'Second',
    });
    for (const mark of ['#', '?']) {
      const page = await visit.open(`/graphql${mark}${parameters}`);
      await ready(page);
      assert.equal(await text(page, 'operation.graphql'), query);
      await page.getByRole('tab', { name: 'Second' }).waitFor();
      await page.keyboard.press('Control+Enter');
      assert.deepEqual(await answer(page), { data: { instrument: { symbol: 'NVDA' } } });
    }
  },

  async 'a link in the same tab brings another query'(visit) {
    const page = await visit.open(link('{ first: __typename }'));
    await ready(page);
    await page.evaluate((address) => location.assign(address), link('{ second: __typename }'));
    await page.waitForEvent('load');
    await ready(page);
    assert.deepEqual(await run(page), { data: { second: 'Query' } });
  },

  async 'the explorer is one click away'(visit) {
    const page = await visit.open('/graphql');
    await page.getByRole('link', { name: 'Chart explorer' }).click();
    await page.waitForURL(`${visit.url}/`);
  },

  async 'errors of the server are shown'(visit) {
    const page = await visit.open(link('{ instrument(symbol: "AMZNN") { symbol } }'));
    await ready(page);
    const { errors } = await run(page);
    assert.equal(errors[0].extensions.code, 'UNKNOWN_SYMBOL');
  },

  async 'a server that is gone is said to be so'(visit) {
    const server = await visit.serve();
    const page = await visit.open(new URL(link('{ __typename }'), server.url).href, {
      complaints: [/ERR_CONNECTION_REFUSED/],
    });
    await ready(page);
    await server.stop();
    assert.deepEqual(await run(page), { errors: [{ message: 'The server does not answer' }] });
    await server.start();
    assert.deepEqual(await run(page), { data: { __typename: 'Query' } });
  },

  async 'a key is asked for until it is right'(visit) {
    const server = await visit.serve('--require-api-key');
    const key = await server.run('key', 'create', 'a visitor');
    const page = await visit.open(new URL(link('{ __typename }'), server.url).href, {
      complaints: [/status of 401/],
    });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('give an API key').waitFor();
    await dialog.getByLabel('API key or token').fill('cql_wrong');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('the API key is not valid').waitFor();
    await dialog.getByLabel('API key or token').fill(key);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await ready(page);
    assert.deepEqual(await run(page), { data: { __typename: 'Query' } });
    // It is forgotten with the tab.
    assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...localStorage }))).includes(key));
  },

  async 'without a key, the answer says what is missing'(visit) {
    const server = await visit.serve('--require-api-key');
    const page = await visit.open(`${server.url}/graphql`, { complaints: [/status of 401/] });
    await page.getByRole('button', { name: 'Cancel' }).click();
    const { errors } = await answer(page);
    assert.match(errors[0].message, /give an API key/);
    assert.equal(await page.getByRole('dialog').count(), 0);
  },

  async 'a server that does not tell its schema is used all the same'(visit) {
    const server = await visit.serve('--no-introspection');
    const page = await visit.open(new URL(link('{ __typename }'), server.url).href, {
      complaints: [/status of 400/],
    });
    await page.getByRole('status').getByText('does not tell its schema').waitFor();
    await ready(page);
    assert.deepEqual(await run(page), { data: { __typename: 'Query' } });
  },

  async 'light and dark follow the system'(visit) {
    const page = await visit.open('/graphql', { colorScheme: 'dark' });
    await ready(page);
    const brightness = () =>
      page.locator('.graphiql-container').evaluate((element) => {
        const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/\d+/g).map(Number);
        return (red + green + blue) / 3;
      });
    await page.locator('.graphiql-query-editor .monaco-editor.vs-dark').waitFor();
    assert.ok((await brightness()) < 80);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('.graphiql-query-editor .monaco-editor.vs').waitFor();
    assert.ok((await brightness()) > 200);
  },

  async 'axe-core finds no serious fault'(visit) {
    const locked = await visit.serve('--require-api-key');
    const silent = await visit.serve('--no-introspection');
    for (const colorScheme of ['light', 'dark']) {
      const page = await visit.open('/graphql', { colorScheme });
      await ready(page);
      await run(page);
      assert.deepEqual(await inaccessible(page, { exclude: NOT_OURS }), []);

      const asked = await visit.open(`${locked.url}/graphql`, { colorScheme, complaints: [/status of 401/] });
      await asked.getByRole('dialog').waitFor();
      assert.deepEqual(await inaccessible(asked, { exclude: NOT_OURS }), []);

      const told = await visit.open(`${silent.url}/graphql`, { colorScheme, complaints: [/status of 400/] });
      await told.getByRole('status').waitFor();
      assert.deepEqual(await inaccessible(told, { exclude: NOT_OURS }), []);
    }
  },
};
