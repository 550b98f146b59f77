import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { which } from '../../../scripts/lib/which.mjs';
import { Running } from '../cli/harness.ts';

const run = promisify(execFile);

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

let made = 0;

/**
 * A machine with an empty home, on a network of two: a namespace of Linux, with a cable to this one. `close` ends by id
 * what runs in it, and takes it away.
 */
export class BareMachine {
  /** By which it finds this machine. */
  readonly outside: string;
  readonly home: string;
  readonly #name: string;
  readonly #folder: string;

  private constructor(name: string, folder: string, outside: string) {
    this.#name = name;
    this.#folder = folder;
    this.outside = outside;
    this.home = path.join(folder, 'home');
  }

  /** Why there can be none here; undefined where there can. */
  static async problem(): Promise<string | undefined> {
    if (process.platform !== 'linux') return 'network namespaces are Linux’s';
    const missing = ['ip', ...tools].filter((name) => which(name) === undefined);
    if (missing.length > 0) return `${missing.join(', ')} not found`;
    const name = `dffmpeg-look-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['netns', 'delete', name]);
    } catch (error) {
      return `no network namespace can be made: ${String(error).split('\n')[1] ?? ''}`;
    }
    return undefined;
  }

  static async make(): Promise<BareMachine> {
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bare-')));
    made += 1;
    const number = (process.pid * 8 + made) % 16_384;
    // Of the network for benchmarks (RFC 2544), four addresses.
    const address = (host: number): string => `198.18.${(number * 4) >> 8}.${((number * 4) & 255) + host}`;
    const name = `dffmpeg-${process.pid}-${made}`;
    const machine = new BareMachine(name, folder, address(1));
    const [here, there] = [`dff${number}a`, `dff${number}b`];
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name]);
    await run('ip', ['address', 'add', `${address(1)}/30`, 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    await run('ip', ['-n', name, 'address', 'add', `${address(2)}/30`, 'dev', there]);
    for (const device of [there, 'lo']) await run('ip', ['-n', name, 'link', 'set', device, 'up']);
    await mkdir(machine.home);
    await mkdir(path.join(folder, 'bin'));
    for (const tool of [...tools, ...media]) await symlink(which(tool) ?? '', path.join(folder, 'bin', tool));
    return machine;
  }

  /** Pastes a line into a shell of it. */
  paste(line: string, env: Readonly<Record<string, string>> = {}): Running {
    const own = { HOME: this.home, PATH: path.join(this.#folder, 'bin'), ...env };
    const child = spawn(which('ip') ?? 'ip', [...['netns', 'exec', this.#name], 'sh', '-c', line], {
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
  async halt(): Promise<void> {
    const { stdout } = await run('ip', ['netns', 'pids', this.#name]);
    for (const pid of stdout.split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // Gone by itself.
      }
    }
  }

  async close(): Promise<void> {
    await this.halt();
    // Its end of the cable goes with it, and so does the other.
    await run('ip', ['netns', 'delete', this.#name]);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
