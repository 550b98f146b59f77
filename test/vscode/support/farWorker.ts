import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Another machine, as far as files go: a worker in a process of its own, with a state folder of its own. */
export class FarWorker {
  readonly #name: string;
  readonly #program: string;
  /** What is put before its command, for it to run in another network. */
  readonly #launcher: readonly string[];
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #folder: string | undefined;
  #told = '';

  /** `settings`: as its environment has them. */
  constructor(
    name: string,
    program: string,
    launcher: readonly string[] = [],
    settings: Readonly<Record<string, string>> = {},
  ) {
    this.#name = name;
    this.#program = program;
    this.#launcher = launcher;
    this.#settings = settings;
  }

  async join(url: string, code: string, pin: string): Promise<void> {
    await this.#run(['--join', url, '--pair', code, '--pin', pin], /"event":"connected"/);
  }

  /** Its link. */
  async listen(): Promise<string> {
    return this.#run(['--listen', '127.0.0.1:0'], /"pairing":"([^"]*)"/);
  }

  async #run(how: readonly string[], until: RegExp): Promise<string> {
    await this.end();
    this.#folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-node-'));
    const args = ['worker', 'run', '--json', '--name', this.#name, ...how];
    const own = { DFFMPEG_STATE_DIR: this.#folder, ELECTRON_RUN_AS_NODE: '1' };
    const env = { ...process.env, ...this.#settings, ...own };
    const [command = '', ...rest] = [...this.#launcher, process.execPath, this.#program, ...args];
    this.#child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#told = '';
    const child = this.#child;
    return new Promise((resolve, reject) => {
      child.stdout?.on('data', (text) => {
        this.#told += String(text);
        const [all, said = ''] = until.exec(this.#told) ?? [];
        if (all !== undefined) resolve(said);
      });
      child.once('close', () => {
        reject(new Error(`The worker ended: ${this.#told}`));
      });
    });
  }

  /** How often it has told of an event since it began. */
  count(event: string): number {
    return this.#told.split(`"event":"${event}"`).length - 1;
  }

  async end(): Promise<void> {
    if (this.#child?.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill();
      await ended;
    }
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}
