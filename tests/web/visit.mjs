// What a test gets: pages in a browser without a past, and other servers.
//
// Whatever the browser complains about fails the test: any message on the console, an error that a
// page does not catch, a request that fails, a request to another host. A test that is about such a
// complaint names it, and then it must come:
//
//   const page = await visit.open('/', { complaints: [/status of 401/] });
import { readFile } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { Server } from './server.mjs';

const AXE = new URL('node_modules/axe-core/axe.min.js', import.meta.url);

export class Visit {
  #browser;
  #contexts = [];
  #servers = [];
  #complaints = [];
  #expected = [];

  constructor(browser, url) {
    this.#browser = browser;
    /** The server with the bundled data and no other settings. */
    this.url = url;
  }

  /** Another server: flags of `candleql serve`. */
  async serve(...settings) {
    const server = await Server.start(settings);
    this.#servers.push(server);
    return server;
  }

  /**
   * A page of a browser that was never here: a path on the server, or the address of another's.
   * `routes` answer for other hosts: a function of Playwright's route for each pattern.
   */
  async open(address, { complaints = [], routes = {}, ...options } = {}) {
    const url = new URL(address, this.url);
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(10_000);
    this.#contexts.push(context);
    this.#expected.push(...complaints);
    this.#listen(context, url.origin);
    for (const [pattern, give] of Object.entries(routes)) await context.route(pattern, give);
    const page = await context.newPage();
    await page.goto(url.href);
    return page;
  }

  #listen(context, origin) {
    const complain = (complaint) => this.#complaints.push(complaint);
    context.on('console', (message) => complain(`console: ${message.type()}: ${message.text()}`));
    context.on('weberror', (uncaught) => complain(`error: ${uncaught.error().stack || uncaught.error().message}`));
    context.on('request', (request) => {
      const url = new URL(request.url());
      const own = url.origin === origin || ['data:', 'blob:'].includes(url.protocol);
      if (!own) complain(`request to another host: ${url}`);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // A page may give up what it has asked for, or be left.
      if (reason !== 'net::ERR_ABORTED') complain(`request failed: ${request.url()}: ${reason}`);
    });
  }

  /** Fails if the page complained unexpectedly, or did not complain as expected. */
  check() {
    const matches = (complaint) => this.#expected.some((pattern) => pattern.test(complaint));
    assert.deepEqual(this.#complaints.filter((complaint) => !matches(complaint)), []);
    for (const pattern of this.#expected) {
      assert.ok(this.#complaints.some((complaint) => pattern.test(complaint)), `no complaint ${pattern}`);
    }
  }

  /** Keeps pictures of the pages that are open. */
  async picture(name) {
    const pages = this.#contexts.flatMap((context) => context.pages());
    for (const [number, page] of pages.entries()) {
      await page.screenshot({ path: `failed/${name}-${number + 1}.png` }).catch(() => {});
    }
  }

  async close() {
    for (const context of this.#contexts) await context.close();
    for (const server of this.#servers) await server.close();
  }
}

/** The serious and critical faults that axe-core finds in what a selector chooses of a page. */
export async function inaccessible(page, { include = 'html', exclude = [] } = {}) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(
    (scope) => globalThis.axe.run(scope, { resultTypes: ['violations'] }),
    { include: [include], exclude },
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
