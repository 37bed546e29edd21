// Starts the program, freshly built, with other settings than the server that every test may use.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A server on loopback with a database of its own, which is gone when it is closed. */
export class Server {
  #folder;
  #settings;
  #listen = '127.0.0.1:0';
  #process;

  /** `settings` are flags of `candleql serve`. */
  static async start(settings) {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'candleql-web-'));
    server.#settings = settings;
    await server.start();
    return server;
  }

  /** Starts, and starts again at the same address. */
  async start() {
    const options = ['--listen', this.#listen, '--admin-listen', 'off', '--database-url', this.#database];
    this.#process = spawn(process.env.CANDLEQL, ['serve', ...options, ...this.#settings], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.url = await this.#address();
    this.#listen = new URL(this.url).host;
  }

  /** Ends at once, as in a crash. */
  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** What another command of the program prints about the same database. */
  async run(...command) {
    const { stdout } = await promisify(execFile)(process.env.CANDLEQL, [
      ...command, '--database-url', this.#database,
    ]);
    return stdout.trim();
  }

  async close() {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  get #database() {
    return `sqlite://${this.#folder}/test.db`;
  }

  /** Where the log says that the server is; the rest of it is read so that it can go on writing. */
  #address() {
    const log = [];
    return new Promise((resolve, reject) => {
      const fail = (fault) => reject(new Error(`the server ${fault}:\n${log.join('\n')}`));
      setTimeout(fail, 20_000, 'does not serve').unref();
      createInterface({ input: this.#process.stderr }).on('line', (line) => {
        log.push(line);
        const [, address] = line.match(/candleql serves (http:\/\/\S+)/) ?? [];
        if (address) resolve(new URL(address).origin);
      });
      this.#process.once('exit', () => fail('ended'));
    });
  }
}
