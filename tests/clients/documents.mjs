// The samples of docs/clients.md: each is run as it stands there, and prints what stands below it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PAGE = new URL('../../docs/clients.md', import.meta.url);
const FOLDER = fileURLToPath(new URL('documents/', import.meta.url));
const SERVER = 'http://127.0.0.1:8080/graphql';

/** The fenced blocks of the page: language, a file's name or nothing, text. */
async function blocks() {
  const text = await readFile(PAGE, 'utf8');
  const fenced = text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)\n```$/gm);
  return [...fenced].map(([, language, file, text]) => ({ language, file, text }));
}

/** Writes the page's files, which ask the server at `url`, into a folder that has the packages. */
async function write(url) {
  await rm(FOLDER, { recursive: true, force: true });
  for (const { file, text } of await blocks()) {
    if (!file) continue;
    await mkdir(dirname(FOLDER + file), { recursive: true });
    await writeFile(FOLDER + file, text.replaceAll(SERVER, url));
  }
}

/** What a program prints; what it prints besides is a failure's reason. */
async function run(program, ...args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd: FOLDER });
    return stdout.trim();
  } catch ({ message, stdout, stderr }) {
    return assert.fail(`${message}\n${stdout}${stderr}`);
  }
}

/** The program of a package. */
const program = (name) => fileURLToPath(new URL(`node_modules/.bin/${name}`, import.meta.url));

/** The output that the page shows below a file. */
async function printed(file) {
  const all = await blocks();
  const at = all.findIndex((block) => block.file === file);
  assert.ok(at >= 0, `the page has no ${file}`);
  return all.slice(at).find(({ language, file }) => language === 'text' && !file).text;
}

/** How each sample is run, by its file. */
const samples = {
  'fetch.mjs': () => run('node', 'fetch.mjs'),
  'apollo.mjs': () => run('node', 'apollo.mjs'),
  'urql.mjs': () => run('node', 'urql.mjs'),
  'years.py': () => run('python3', 'years.py'),
  'src/years.ts': async () => {
    await run(program('graphql-codegen'));
    // As the page says; without the types of packages that other tests install.
    await run(program('tsc'), '--strict', '--target', 'es2022', '--module', 'nodenext', '--outDir', 'build',
      '--types', '', '--skipLibCheck', 'src/years.ts');
    return run('node', 'build/years.js');
  },
};

export const documents = {
  async 'every sample is run'() {
    const programs = (await blocks()).filter(({ language }) => ['js', 'ts', 'python'].includes(language));
    assert.deepEqual(programs.map(({ file }) => file), Object.keys(samples));
  },

  async 'the file for the generator has eight lines'() {
    const { text } = (await blocks()).find(({ file }) => file === 'codegen.yml');
    assert.equal(text.split('\n').length, 8);
  },
};

for (const [file, runSample] of Object.entries(samples)) {
  documents[`${file} prints what the page says`] = async (url) => {
    await write(url);
    assert.equal(await runSample(), await printed(file));
  };
}
