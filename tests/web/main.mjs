// Runs every test of the pages in the browser that CHROMIUM names, against the server at the address
// given, and fails unless every one is passed; with a second argument, those with it in their name.
//
// A test is a function of a `Visit` (visit.mjs); those of an area are a file. A failed one leaves
// pictures of its pages in the folder `failed`.
import { rm } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { explorer } from './explorer.mjs';
import { graphiql } from './graphiql.mjs';
import { tutorial } from './tutorial.mjs';
import { Visit } from './visit.mjs';

const [address, wanted = ''] = process.argv.slice(2);
const areas = { Explorer: explorer, GraphiQL: graphiql, Tutorial: tutorial };

await rm('failed', { recursive: true, force: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
let count = 0;
let passed = 0;
for (const [area, tests] of Object.entries(areas)) {
  for (const [name, test] of Object.entries(tests)) {
    const title = `${area}: ${name}`;
    if (!title.includes(wanted)) continue;
    count += 1;
    const visit = new Visit(browser, new URL(address).origin);
    try {
      await test(visit);
      visit.check();
      passed += 1;
    } catch (error) {
      console.error(`failed: ${title}\n${error.stack}\n`);
      await visit.picture(title.replaceAll(/\W+/g, '-'));
    }
    await visit.close();
  }
}
await browser.close();
console.log(`${passed} of ${count} browser tests passed`);
process.exitCode = passed === count && count > 0 ? 0 : 1;
