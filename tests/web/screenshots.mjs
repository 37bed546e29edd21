// Makes the pictures that README.md and docs show, of the server at the address given.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [address] = process.argv.slice(2);
const CHART =
  '/?symbol=AMZN&frequency=WEEKLY&indicator=sma(timePeriod:20)&indicator=bbands&indicator=rsi&indicator=macd';
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 };
/** A picture is kept in every version of the repository. */
const MOST_BYTES = 200_000;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM });
await picture('explorer-light', CHART, { ...DESKTOP, colorScheme: 'light' });
await picture('explorer-dark', CHART, { ...DESKTOP, colorScheme: 'dark' });
await picture('explorer-phone', CHART, { ...PHONE, colorScheme: 'light' });
await picture('graphiql', '/graphql', { ...DESKTOP, colorScheme: 'light' }, async (page) => {
  await page.getByRole('button', { name: /^Indicators/ }).click();
  await page.getByRole('tab', { name: 'Indicators', selected: true }).waitFor();
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.locator('.result-window').getByText('"periodStart"').waitFor();
  // No tooltip, no scrollbar that is only there for a moment.
  await page.getByRole('heading', { name: 'Examples' }).click();
  await page.waitForFunction(() => !document.querySelector('.scrollbar.visible'));
});
await browser.close();

async function picture(name, path, options, prepare = async () => {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(new URL(path, address).href, { waitUntil: 'networkidle' });
  await prepare(page);
  const file = fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url));
  await page.screenshot({ path: file, animations: 'disabled' });
  await context.close();
  const { size } = await stat(file);
  assert.ok(size <= MOST_BYTES, `${file} has ${size} bytes, more than ${MOST_BYTES}`);
  console.log(`docs/${name}.png: ${size} bytes`);
}
