// The chart explorer at `/`.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { inaccessible } from './visit.mjs';

const FIVE = '/?symbol=AMZN&indicator=sma(timePeriod:20)&indicator=ema&indicator=bbands&indicator=rsi&indicator=macd';

/** What the server itself says. */
async function query(url, text) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: text }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

const legend = (page, name) => page.locator(`.legend [data-indicator="${name}"]`);

/** Once the chart is drawn: the legend tells the prices of the last candle. */
async function isDrawn(page, symbol) {
  await page.locator('.legend .prices b', { hasText: symbol }).waitFor();
  await page.locator('.stage[aria-busy=false]').waitFor();
}

/** The values of a part of the legend, in full. */
const values = (part) => part.locator('data').evaluateAll((all) => all.map(({ value }) => Number(value)));

const prices = (page) => values(page.locator('.legend .prices'));

export const explorer = {
  async 'a visitor without a link sees a chart, and its address'(visit) {
    const page = await visit.open('/');
    await isDrawn(page, 'AAPL');
    assert.equal(await page.title(), 'AAPL · candleql');
    assert.match(page.url(), /\?symbol=AAPL&indicator=sma\(timePeriod:50\)&/);
    assert.equal(await page.locator('.legend').count(), 3, 'the prices, and two oscillators below them');
    await page.locator('.chart canvas').first().waitFor();
  },

  async 'the legend tells what the API answers'(visit) {
    const page = await visit.open(FIVE);
    await isDrawn(page, 'AMZN');
    const { instrument } = await query(visit.url, `{ instrument(symbol: "AMZN") { series {
      periodStart open high low close volume
      sma(timePeriod: 20) { values } rsi { values }
      macd { macd { values } macdSignal { values } macdHist { values } } } } }`);
    const { series } = instrument;
    const last = series.periodStart.length - 1;
    await page.locator('.chart').focus();
    for (const [keys, index] of [[['End', 'ArrowLeft'], last - 1], [['ArrowLeft', 'ArrowLeft', 'ArrowLeft'], last - 4], [['Home'], 0]]) {
      for (const key of keys) await page.keyboard.press(key);
      await page.locator('.legend time', { hasText: series.periodStart[index] }).waitFor();
      const { open, high, low, close, volume, sma, rsi, macd } = series;
      assert.deepEqual(await prices(page), [open, high, low, close, volume].map((column) => column[index]));
      // What is not there is told as nothing, which is 0 as a number.
      const told = (...lines) => lines.map(({ values: column }) => column[index] ?? 0);
      assert.deepEqual(await values(legend(page, 'sma(timePeriod:20)')), told(sma));
      assert.deepEqual(await values(legend(page, 'rsi')), told(rsi));
      assert.deepEqual(await values(legend(page, 'macd')), told(macd.macd, macd.macdSignal, macd.macdHist));
    }
    assert.equal(series.periodStart.length, 2699);
  },

  async 'the crosshair under the mouse chooses the candle'(visit) {
    const page = await visit.open(FIVE);
    await isDrawn(page, 'AMZN');
    const before = await page.locator('.legend time').textContent();
    const { x, y, width } = await page.locator('.chart').boundingBox();
    await page.mouse.move(x + width / 3, y + 200);
    await page.waitForFunction((text) => document.querySelector('.legend time').textContent < text, before);
    await page.mouse.move(x + 10, y - 20);
    await page.locator('.legend time', { hasText: before }).waitFor();
  },

  async 'every function can be added and is drawn'(visit) {
    const page = await visit.open('/?symbol=AMZN&frequency=WEEKLY');
    await isDrawn(page, 'AMZN');
    const { indicatorCatalog } = await query(visit.url, '{ indicatorCatalog { field candlestickPattern outputs { style } } }');
    assert.ok(indicatorCatalog.length > 200);
    for (const { field, candlestickPattern, outputs } of indicatorCatalog) {
      await page.getByRole('button', { name: 'Indicators' }).click();
      await page.getByLabel('Search indicators').fill(field);
      await page.keyboard.press('Enter');
      const rows = legend(page, field);
      await rows.first().waitFor();
      await page.locator('.stage[aria-busy=false]').waitFor();
      const lines = outputs.filter(({ style }) => style !== 'MARKER').length;
      assert.ok(!candlestickPattern || lines === 0, field);
      assert.equal(await rows.locator('data').count(), lines, field);
      assert.equal(await rows.locator('.marks').count(), outputs.length - lines, field);
      assert.equal(await page.locator('.problem').count(), 0, field);
      await rows.first().getByRole('button', { name: 'Remove' }).click();
      await rows.first().waitFor({ state: 'detached' });
    }
  },

  async 'symbols are suggested, and chosen by keys or letters'(visit) {
    const page = await visit.open('/?symbol=AMZN');
    await isDrawn(page, 'AMZN');
    const field = page.getByRole('combobox', { name: 'Symbol' });
    await field.fill('n');
    const options = page.getByRole('option');
    await options.first().waitFor();
    assert.deepEqual(await options.locator('b').allTextContents(), ['AMZN', 'NFLX', 'NVDA']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await isDrawn(page, 'NVDA');
    await field.fill('meta');
    await options.first().waitFor();
    await page.keyboard.press('Enter');
    await isDrawn(page, 'META');
    await page.goBack();
    await isDrawn(page, 'NVDA');
    assert.equal(await field.inputValue(), 'NVDA');
  },

  async 'frequency, interval, range and scale are in the link'(visit) {
    const page = await visit.open('/?symbol=AMZN&indicator=rsi');
    await isDrawn(page, 'AMZN');
    await page.getByRole('combobox', { name: 'Frequency' }).selectOption('WEEKLY');
    await page.getByLabel('Interval').fill('2');
    await page.keyboard.press('Enter');
    for (const [label, day] of [['From', '2020-03-01'], ['To', '2021-03-01']]) {
      await page.getByLabel(label, { exact: true }).fill(day);
      await page.keyboard.press('Enter');
    }
    await page.getByLabel('Log scale').check();
    const { instrument } = await query(visit.url, `{ instrument(symbol: "AMZN") { series(
      frequency: WEEKLY, interval: 2, from: "2020-03-01", to: "2021-03-01") { periodStart rsi { last } } } }`);
    const { periodStart, rsi } = instrument.series;
    await page.locator('.legend time', { hasText: periodStart.at(-1) }).waitFor();
    assert.equal(
      new URL(page.url()).search,
      '?symbol=AMZN&frequency=WEEKLY&interval=2&from=2020-03-01&to=2021-03-01&scale=log&indicator=rsi',
    );
    const shared = await visit.open(page.url());
    await isDrawn(shared, 'AMZN');
    assert.deepEqual(await prices(shared), await prices(page));
    assert.deepEqual(await values(legend(shared, 'rsi')), [rsi.last]);
    await shared.locator('.chart').focus();
    await shared.keyboard.press('Home');
    await shared.locator('.legend time', { hasText: periodStart[0] }).waitFor();
    await shared.getByRole('button', { name: 'All' }).click();
    await shared.waitForFunction(() => !location.search.includes('from='));
  },

  async 'what is being typed stays while a chart arrives'(visit) {
    const page = await visit.open('/?symbol=AMZN');
    await isDrawn(page, 'AMZN');
    const asked = new Promise((resolve) => page.route('**/graphql', resolve));
    await page.getByRole('combobox', { name: 'Frequency' }).selectOption('WEEKLY');
    await page.getByLabel('Interval').fill('3');
    await (await asked).continue();
    await page.locator('.legend time', { hasText: '2023-09-18' }).waitFor();
    assert.equal(await page.getByLabel('Interval').inputValue(), '3');
    await page.unroute('**/graphql');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.search === '?symbol=AMZN&frequency=WEEKLY&interval=3');
  },

  async 'indicators are tuned, and removed'(visit) {
    const page = await visit.open('/?symbol=AMZN&indicator=sma&indicator=cdldoji');
    await isDrawn(page, 'AMZN');
    await legend(page, 'cdldoji').locator('.marks', { hasText: /^\s*\d+ marks/ }).waitFor();
    await legend(page, 'sma').getByRole('button', { name: 'sma', exact: true }).click();
    await page.getByLabel('Time Period').fill('5');
    await page.getByLabel('Source').selectOption('HLC3');
    await page.getByRole('button', { name: 'Apply' }).click();
    const row = legend(page, 'sma(timePeriod:5,source:HLC3)');
    await row.waitFor();
    await page.locator('.stage[aria-busy=false]').waitFor();
    // Away from the chart, the legend tells the newest values.
    await page.mouse.move(0, 0);
    const { instrument } = await query(visit.url, '{ instrument(symbol: "AMZN") { series { sma(timePeriod: 5, source: HLC3) { last } } } }');
    assert.deepEqual(await values(row), [instrument.series.sma.last]);
    await row.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '?symbol=AMZN&indicator=cdldoji');
  },

  async 'lines that reach ahead are drawn ahead'(visit) {
    const page = await visit.open('/?symbol=AMZN&indicator=ichimoku');
    await isDrawn(page, 'AMZN');
    const { x, y, width } = await page.locator('.chart').boundingBox();
    // The right edge of the plot is past the last candle.
    await page.mouse.move(x + width - 90, y + 100);
    await page.locator('.legend time', { hasText: /^2023-1/ }).waitFor();
  },

  async 'the drawn values come as a file'(visit) {
    const page = await visit.open('/?symbol=AMZN&frequency=ANNUAL&indicator=sma(timePeriod:2)&indicator=macd&indicator=cdldoji');
    await isDrawn(page, 'AMZN');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
    assert.equal(download.suggestedFilename(), 'AMZN.csv');
    const rows = (await readFile(await download.path(), 'utf8')).split('\r\n');
    assert.equal(rows[0], 'date,open,high,low,close,volume,sma(timePeriod:2),macd.macd,macd.macdSignal,macd.macdHist,cdldoji');
    assert.match(rows[8], /^2020-01-01,93\.75,177\.6125,81\.3015,162\.8465,24950814000,\d/);
    assert.equal(rows.length, 13);
  },

  async 'GraphiQL opens with the query that drew the chart'(visit) {
    const page = await visit.open(FIVE);
    await isDrawn(page, 'AMZN');
    await page.getByRole('button', { name: 'GraphQL' }).click();
    const text = await page.getByLabel('GraphQL query').textContent();
    const { instrument } = await query(visit.url, text);
    assert.equal(instrument.series.sma.values.length, 2699);
    await page.getByRole('link', { name: 'Open in GraphiQL' }).click();
    await page.getByRole('button', { name: 'Execute query' }).waitFor();
    await page.getByText('query Chart').first().waitFor();
  },

  async 'an unknown symbol is said, and stays in its field'(visit) {
    const page = await visit.open('/?symbol=AMZN');
    await isDrawn(page, 'AMZN');
    const field = page.getByRole('combobox', { name: 'Symbol' });
    await field.fill('AMZNN');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'no instrument has the symbol "AMZNN"' }).waitFor();
    assert.equal(await field.inputValue(), 'AMZNN');
    await field.fill('NVDA');
    await page.keyboard.press('Enter');
    await isDrawn(page, 'NVDA');
    assert.equal(await page.getByRole('alert').count(), 0);
  },

  async 'an indicator that the server refuses says why, and the chart is there'(visit) {
    const page = await visit.open('/?symbol=AMZN&indicator=sma(timePeriod:0)&indicator=rsi&indicator=nothing');
    await isDrawn(page, 'AMZN');
    const refused = legend(page, 'sma(timePeriod:0)').getByRole('alert');
    assert.match(await refused.textContent(), /timePeriod/);
    assert.equal((await values(legend(page, 'rsi'))).length, 1);
    await page.getByText('The link names what this server does not have: nothing').waitFor();
  },

  async 'an empty range is said'(visit) {
    const page = await visit.open('/?symbol=AMZN&from=2030-01-01&indicator=rsi');
    await page.getByText('There are no candles in this range').waitFor();
  },

  async 'an empty database says how to fill it, and then shows a chart'(visit) {
    const server = await visit.serve('--no-bundled-data');
    const page = await visit.open(`${server.url}/`);
    await page.getByText('candleql import prices.csv').waitFor();
    await server.run('import', '--bundled');
    await isDrawn(page, 'AAPL');
  },

  async 'a server that is gone is said, and asked again'(visit) {
    const server = await visit.serve();
    const page = await visit.open(`${server.url}/?symbol=AMZN`, {
      complaints: [/^request failed: .*CONNECTION/, /^console: error: .*ERR_CONNECTION/],
    });
    await isDrawn(page, 'AMZN');
    await server.stop();
    await page.getByRole('combobox', { name: 'Frequency' }).selectOption('WEEKLY');
    await page.getByText(/^The server does not answer; trying again in \d s$/).waitFor();
    assert.equal(await page.locator('.chart canvas').count() > 0, true, 'the last chart stays');
    await server.start();
    await page.locator('.notice').waitFor({ state: 'detached' });
    const { instrument } = await query(server.url, '{ instrument(symbol: "AMZN") { series(frequency: WEEKLY, last: 1) { close } } }');
    await isDrawn(page, 'AMZN');
    assert.equal((await prices(page))[3], instrument.series.close[0]);
  },

  async 'a key is asked for, refused, and taken'(visit) {
    const server = await visit.serve('--require-api-key', '--poll-interval-ms', '50');
    const key = await server.run('key', 'create', 'browser');
    const page = await visit.open(`${server.url}/`, { complaints: [/status of 401/] });
    const field = page.getByLabel('API key or token');
    await field.fill('cql_no_such_key');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForFunction(() => document.querySelector('dialog input')?.value === '');
    await field.fill(key);
    await page.getByRole('button', { name: 'Continue' }).click();
    await isDrawn(page, 'AAPL');
    await page.reload();
    await isDrawn(page, 'AAPL');
  },

  async 'with trusted documents the pages are off, and say so'(visit) {
    const server = await visit.serve('--trusted-documents', new URL('trusted.json', import.meta.url).pathname);
    for (const path of ['/', '/graphql']) {
      const page = await visit.open(server.url + path);
      await page.getByRole('heading', { name: 'known documents only' }).waitFor();
      assert.equal(await page.locator('script').count(), 0);
    }
  },

  async 'a phone shows the chart and everything to change it'(visit) {
    const page = await visit.open(FIVE, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await isDrawn(page, 'AMZN');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    const { width, height } = await page.locator('.chart').boundingBox();
    assert.ok(width >= 380 && height > 400, `${width} x ${height}`);
    await page.getByRole('button', { name: 'Indicators' }).tap();
    await page.getByLabel('Search indicators').fill('adx');
    await page.getByRole('button', { name: 'adx Average' }).tap();
    await legend(page, 'adx').waitFor();
  },

  async 'colours are the system\'s, while it changes them too'(visit) {
    const page = await visit.open(FIVE, { colorScheme: 'dark' });
    await isDrawn(page, 'AMZN');
    const becomes = (shade) => page.waitForFunction((shade) => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      copy.drawImage(document.querySelector('.chart canvas'), -1, -5);
      const corner = copy.getImageData(0, 0, 1, 1).data;
      return corner[3] === 255 && (shade === 'dark' ? corner[0] < 64 : corner[0] > 192);
    }, shade);
    await becomes('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await becomes('light');
  },

  async 'axe-core finds no serious fault'(visit) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await visit.open(FIVE, { colorScheme });
      await isDrawn(page, 'AMZN');
      assert.deepEqual(await inaccessible(page), []);
      for (const [button, close] of [['Indicators', 'Close'], ['GraphQL', 'Close'], ['bbands', 'Cancel']]) {
        await page.getByRole('button', { name: button, exact: true }).click();
        assert.deepEqual(await inaccessible(page), [], button);
        await page.getByRole('button', { name: close, exact: true }).click();
      }
    }
    const unknown = await visit.open('/?symbol=AMZNN');
    await unknown.getByRole('alert').waitFor();
    assert.deepEqual(await inaccessible(unknown), []);
  },

  async 'the script is small, and keeps'(visit) {
    const html = await (await fetch(`${visit.url}/`)).text();
    const [, script] = html.match(/src="(\/assets\/[^"]+\.js)"/);
    const response = await fetch(visit.url + script, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(response.headers.get('Content-Encoding'), 'gzip');
    assert.ok(Number(response.headers.get('Content-Length')) < 100 * 1024);
    assert.equal(response.headers.get('Cache-Control'), 'public, max-age=31536000, immutable');
  },
};
