// GraphQL Code Generator writes types for documents from the server's introspection, and TypeScript
// checks a program that uses them: https://the-guild.dev/graphql/codegen
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { run } from './run.mjs';

const folder = new URL('codegen/', import.meta.url);

export const codegen = {
  async 'types are generated'(url) {
    await rm(new URL('generated/', folder), { recursive: true, force: true });
    await run('graphql-codegen', ['--config', 'config.mjs'], folder, { CANDLEQL_URL: url });
  },

  async 'a program that uses them is correct'() {
    await run('tsc', ['--project', '.'], folder);
  },

  async 'the program gets values of these types'(url) {
    const { yearsOf, pageOf } = await import(new URL('generated/program/usage.js', folder));
    const [candle, ...others] = await yearsOf(url, 'AMZN', '2021-01-01', '2021-12-31');
    assert.deepEqual(others, []);
    assert.deepEqual(candle, {
      periodStart: '2021-01-01', close: 166.717, volume: 17076362000, tradingDays: 252,
    });
    assert.deepEqual(await pageOf(url, 2), {
      days: ['2023-09-21', '2023-09-21'], endCursor: 'AMZN',
    });
  },
};
