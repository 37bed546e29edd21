// docs/tutorial.md: the page that it shows, opened from another port than the server's.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const TUTORIAL = new URL('../../docs/tutorial.md', import.meta.url);
const LIBRARY = new URL('../../web/node_modules/lightweight-charts/', import.meta.url);

/** The colours of the average, as the page says, and of rising candles, as the library has it. */
const COLOURS = [[255, 165, 0], [38, 166, 154]];

/** The page that the tutorial shows. */
async function shown() {
  const text = await readFile(TUTORIAL, 'utf8');
  const pages = [...text.matchAll(/```html index\.html\n(.*?)\n```/gs)];
  assert.equal(pages.length, 1);
  return pages[0][1];
}

/** A web server for one page, on a port of its own. */
class PageServer {
  html = '';

  async start() {
    const server = createServer((request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(request.url === '/' ? this.html : '');
    });
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    this.origin = `http://127.0.0.1:${server.address().port}`;
    return this;
  }
}

/** Gives the library as unpkg.com would: a file of the package that the explorer is built with. */
async function giveLibrary(route) {
  const { version } = JSON.parse(await readFile(new URL('package.json', LIBRARY), 'utf8'));
  const { pathname } = new URL(route.request().url());
  const [, wanted, file] = pathname.match(/^\/lightweight-charts@([^/]+)\/(.+)$/);
  assert.equal(wanted, version, 'the tutorial and the explorer draw with the same version');
  await route.fulfill({
    path: fileURLToPath(new URL(file, LIBRARY)),
    contentType: 'text/javascript',
    headers: { 'Access-Control-Allow-Origin': '*' },
  });
}

/** Opens the page beside a server; `settings` makes its flags of the page's origin. */
async function open(visit, settings, complaints) {
  const pages = await new PageServer().start();
  const server = await visit.serve(...settings(pages.origin));
  pages.html = (await shown()).replace('http://127.0.0.1:8080', server.url);
  const others = [/other host: https:\/\/unpkg\.com/, new RegExp(`other host: ${server.url}/graphql`)];
  return visit.open(pages.origin, {
    complaints: [...others, ...complaints],
    routes: { 'https://unpkg.com/**': giveLibrary },
  });
}

/** Waits until canvases of the chart have pixels of each colour. */
const isDrawn = (page, colours) => page.waitForFunction((colours) => {
  const canvases = [...document.querySelectorAll('#chart canvas')].filter(({ width }) => width > 0);
  const pixels = canvases.map((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return copy.getImageData(0, 0, canvas.width, canvas.height).data;
  });
  const has = (data, [red, green, blue]) => {
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) return true;
    }
    return false;
  };
  return colours.every((colour) => pixels.some((data) => has(data, colour)));
}, colours);

export const tutorial = {
  async 'the script has 25 lines'() {
    const [, script] = (await shown()).match(/<script type="module">\n(.*)\n<\/script>/s);
    assert.equal(script.split('\n').length, 25);
  },

  async 'the page draws a chart of a server at another port'(visit) {
    const page = await open(visit, (origin) => ['--cors-origins', origin], []);
    await isDrawn(page, COLOURS);
  },

  async 'without the setting the browser says what is missing'(visit) {
    const blocked = [/blocked by CORS policy/, /ERR_FAILED/, /Failed to fetch/];
    const page = await open(visit, () => [], blocked);
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/graphql')));
    assert.equal(await page.locator('#chart canvas').count(), 0);
  },
};
