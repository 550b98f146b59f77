import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { which } from '../../../scripts/lib/which.mjs';
import { Running } from '../cli/harness.ts';
import { Cable } from '../network/support/cable.ts';
import { Namespace, thisMachine } from '../network/support/namespace.ts';

/** What a machine has before anything is installed: no Node, no DFFmpeg. */
const tools = [
  'sh',
  'curl',
  'tar',
  'gzip',
  'sha256sum',
  'uname',
  'mkdir',
  'mv',
  'rm',
  'ln',
  'chmod',
  'readlink',
];
const media = ['ffmpeg', 'ffprobe'];

/**
 * A machine with an empty home, on a network of two: a namespace of Linux, with a cable to this one. `close` ends by id
 * what runs in it, and takes it away.
 */
export class BareMachine {
  /** By which it finds this machine. */
  readonly outside: string;
  readonly home: string;
  readonly #namespace: Namespace;
  readonly #folder: string;

  private constructor(namespace: Namespace, folder: string, outside: string) {
    this.#namespace = namespace;
    this.#folder = folder;
    this.outside = outside;
    this.home = path.join(folder, 'home');
  }

  /** Why there can be none here; undefined where there can. */
  static problem(): Promise<string | undefined> {
    return Namespace.problem(tools);
  }

  static async make(): Promise<BareMachine> {
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bare-')));
    const namespace = await Namespace.make();
    const cable = await Cable.lay(thisMachine, namespace);
    const machine = new BareMachine(namespace, folder, cable.near);
    await mkdir(machine.home);
    await mkdir(path.join(folder, 'bin'));
    for (const tool of [...tools, ...media]) await symlink(which(tool) ?? '', path.join(folder, 'bin', tool));
    return machine;
  }

  /** Pastes a line into a shell of it. */
  paste(line: string, env: Readonly<Record<string, string>> = {}): Running {
    const own = { HOME: this.home, PATH: path.join(this.#folder, 'bin'), ...env };
    const [command = '', ...args] = this.#namespace.launcher;
    const child = spawn(command, [...args, 'sh', '-c', line], {
      env: own,
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Running(child);
  }

  /** Puts a program on its PATH, in the place of one that is there. */
  async give(name: string, script: string): Promise<void> {
    const file = path.join(this.#folder, 'bin', name);
    await rm(file, { force: true });
    await writeFile(file, script, { mode: 0o755 });
  }

  /** What lies in its home, at any depth. */
  async files(): Promise<string[]> {
    return (await readdir(this.home, { recursive: true })).sort();
  }

  /** Ends what runs in it. */
  halt(): Promise<void> {
    return this.#namespace.halt();
  }

  async close(): Promise<void> {
    await this.#namespace.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
