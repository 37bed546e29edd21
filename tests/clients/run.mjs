// Runs the programs that packages bring along.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a program in a folder, and gives what it prints, which is the reason if it fails. */
export async function run(program, args, folder, env = {}) {
  const file = fileURLToPath(new URL(`node_modules/.bin/${program}`, import.meta.url));
  const options = { cwd: folder, env: { ...process.env, ...env } };
  try {
    const { stdout } = await promisify(execFile)(file, args, options);
    return stdout;
  } catch ({ message, stdout, stderr }) {
    return assert.fail(`${message}\n${stdout}${stderr}`);
  }
}
