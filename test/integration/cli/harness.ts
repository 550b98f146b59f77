import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as z from 'zod';
import { endDaemon } from '../../../scripts/lib/stateDir.mjs';
import { giveProofs } from '../support/provedCache.ts';
import { discoverySchema, type Discovery } from '../../../src/client/discovery.ts';

const execFilePromise = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..', '..');

/** What people run: the bundle, which `npm test` builds first. */
export const program = path.join(root, 'dist', 'program', 'dffmpeg.mjs');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Another `dffmpeg.mjs` than that of the build. */
  readonly program?: string;
}

/** A command that runs, and what it has printed so far. */
export class Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  stdout = '';
  stderr = '';
  readonly #watchers = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#took('stdout', text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#took('stderr', text));
    this.finished = once(child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Resolves as soon as the output matches; rejects when the command ends without. */
  async printed(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    const seen = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(this[stream]);
        if (match === null) return;
        this.#watchers.delete(look);
        resolve(match);
      };
      this.#watchers.add(look);
      look();
    });
    const ended = this.finished.then(({ code, stdout, stderr }) => {
      const match = pattern.exec(this[stream]);
      if (match !== null) return match;
      throw new Error(`It ended with ${code} without printing ${pattern.source}:\n${stdout}\n${stderr}`);
    });
    return Promise.race([seen, ended]);
  }

  #took(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    for (const look of [...this.#watchers]) look();
  }
}

/** A folder of clips and a state folder of its own; `remove` ends by id what was started in it. */
export class Sandbox {
  readonly folder: string;
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #children = new Set<ChildProcess>();
  readonly #launcher: readonly string[];

  private constructor(folder: string, env: Record<string, string>, launcher: readonly string[]) {
    this.folder = folder;
    this.#launcher = launcher;
    this.stateDir = path.join(folder, 'state');
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('DFFMPEG_'));
    this.env = { ...Object.fromEntries(inherited), DFFMPEG_STATE_DIR: this.stateDir, ...env };
  }

  /** `launcher`: what is put before each command. */
  static async create(env: Record<string, string> = {}, launcher: readonly string[] = []): Promise<Sandbox> {
    if (!existsSync(program)) throw new Error(`${program} is not there: type npm run build first.`);
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-cli-')));
    const box = new Sandbox(folder, env, launcher);
    await giveProofs(box.stateDir);
    return box;
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    const [command = '', ...before] = [...this.#launcher, process.execPath];
    const child = spawn(command, [...before, options.program ?? program, ...args], {
      cwd: options.cwd ?? this.folder,
      env: { ...this.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.on('close', () => this.#children.delete(child));
    return new Running(child);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.start(args, options).finished;
  }

  async json<S extends z.ZodType>(
    schema: S,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<z.output<S>> {
    const { stdout, stderr } = await this.run([...args, '--json'], options);
    try {
      return schema.parse(JSON.parse(stdout));
    } catch (cause) {
      throw new Error(`${args.join(' ')} printed ${stdout} and ${stderr}`, { cause });
    }
  }

  file(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  async write(name: string, text: string): Promise<string> {
    await mkdir(path.dirname(this.file(name)), { recursive: true });
    await writeFile(this.file(name), text);
    return this.file(name);
  }

  /** A short clip with picture and sound. */
  async clip(name: string, seconds = 1): Promise<string> {
    await mkdir(path.dirname(this.file(name)), { recursive: true });
    await makeClip(this.file(name), seconds, '320x180');
    return this.file(name);
  }

  /** A clip from a camera or a studio where there are any (DFFMPEG_TEST_MEDIA), else one that ffmpeg makes. */
  async realClip(name: string): Promise<string> {
    const media = process.env['DFFMPEG_TEST_MEDIA'];
    const real = media === undefined ? undefined : path.join(media, 'bigbuckbunny.mp4');
    if (real === undefined || !existsSync(real)) return this.clip(name);
    await copyFile(real, this.file(name));
    return this.file(name);
  }

  /** A clip and a preset with which an encode takes minutes: time to interrupt it. */
  async longEncode(): Promise<{ clip: string; preset: string }> {
    const clip = this.file('long.mp4');
    if (!existsSync(clip)) await makeClip(clip, 30, '1280x720');
    const slow = { container: 'mp4', video: { encoders: ['libx264'], crf: 10, speed: 'slowest' } };
    await this.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { slow } }));
    return { clip, preset: 'slow' };
  }

  discovery(): Discovery {
    return discoverySchema.parse(JSON.parse(readFileSync(path.join(this.stateDir, 'daemon.json'), 'utf8')));
  }

  /** Resolves when a daemon other than this one has written its discovery file. */
  nextDaemon(than: number): Promise<Discovery> {
    return new Promise((resolve) => {
      const watcher = watch(this.stateDir, () => look());
      const look = (): void => {
        const found = existsSync(path.join(this.stateDir, 'daemon.json')) ? this.discovery() : undefined;
        if (found === undefined || found.pid === than) return;
        watcher.close();
        resolve(found);
      };
      look();
    });
  }

  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await endDaemon(this.stateDir);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function makeClip(file: string, seconds: number, size: string): Promise<void> {
  const picture = `testsrc2=size=${size}:rate=25:duration=${seconds}`;
  const args = ['-v', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`];
  await execFilePromise('ffmpeg', [
    ...args,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    '-y',
    file,
  ]);
}

/** Command lines of the ffmpeg processes that name this folder. */
export async function ffmpegsIn(folder: string): Promise<string[]> {
  const { stdout } = await execFilePromise('ps', ['-A', '-ww', '-o', 'args='], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.split('\n').filter((line) => /^\S*ffmpeg\s/.test(line) && line.includes(folder));
}
