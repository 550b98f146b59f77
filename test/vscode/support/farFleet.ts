import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { pairingOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { FarWorker } from './farWorker.ts';

const run = promisify(execFile);

/** A coordinator in a process of its own, with a state folder of its own, and one worker. */
export class FarFleet {
  readonly #program: string;
  readonly #node: FarWorker;
  #folder = '';
  #child: ChildProcess | undefined;

  constructor(program: string) {
    this.#program = program;
    this.#node = new FarWorker('rack', program);
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-fleet-'));
    const args = [this.#program, 'coordinator', 'run', '--listen', '0.0.0.0:0'];
    this.#child = spawn(process.execPath, args, { env: this.#env, stdio: ['ignore', 'pipe', 'ignore'] });
    const child = this.#child;
    let told = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (text) => {
        told += String(text);
        if (/"event":"ready"/.test(told)) resolve();
      });
      child.once('close', () => {
        reject(new Error(`The coordinator ended: ${told}`));
      });
    });
    const { reach, code } = await this.#ask(pairingOutputSchema, ['worker', 'pair']);
    if (!reach) throw new Error('The coordinator cannot be reached.');
    await this.#node.join(reach.url, code, reach.fingerprint);
  }

  /** Its link, as `fleet invite` shows it. */
  async invite(): Promise<string> {
    const { stdout } = await run(process.execPath, [this.#program, 'fleet', 'invite'], { env: this.#env });
    return /dffmpeg:\/\/\S+/.exec(stdout)?.[0] ?? '';
  }

  /** States of the jobs in its queue. */
  async states(): Promise<string[]> {
    const schema = z.object({ jobs: z.array(z.object({ state: z.string() })) });
    return (await this.#ask(schema, ['jobs'])).jobs.map(({ state }) => state);
  }

  async end(): Promise<void> {
    await this.#node.end();
    if (this.#child?.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill();
      await ended;
    }
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask<S extends z.ZodType>(schema: S, args: readonly string[]): Promise<z.output<S>> {
    const { stdout } = await run(process.execPath, [this.#program, ...args, '--json'], { env: this.#env });
    return schema.parse(JSON.parse(stdout));
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, DFFMPEG_STATE_DIR: this.#folder, ELECTRON_RUN_AS_NODE: '1' };
  }
}
