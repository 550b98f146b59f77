import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { FromDaemon, Plan, ToDaemon } from './breakpoints.ts';
import type { Point } from './steps.ts';

const program = path.join(import.meta.dirname, 'daemonProcess.ts');

/** A daemon in a process of its own that stops where it is told to. */
export class HeldProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
  }

  /** Resolves when it is ready. `launcher`: what is put before its command. */
  static async start(
    stateDir: string,
    env: Readonly<Record<string, string>> = {},
    launcher: readonly string[] = [],
  ): Promise<HeldProcess> {
    const [command = '', ...before] = [...launcher, process.execPath];
    const child = spawn(command, [...before, program], {
      env: { ...process.env, ...env, DFFMPEG_STATE_DIR: stateDir },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const held = new HeldProcess(child);
    await held.#isReady();
    return held;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** It has ended, by itself or because it was killed. */
  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it printed last. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when the plan counts, with what resolves when it stands at the point. */
  async plan(plan: Plan): Promise<{ readonly reached: Promise<Point> }> {
    const planned = once(this.#child, 'message');
    this.#tell({ plan });
    await planned;
    const reached = new Promise<Point>((resolve) => {
      this.#child.once('message', ({ reached: point }: FromDaemon) => {
        if (point) resolve(point);
      });
    });
    return { reached };
  }

  go(): void {
    if (this.#child.connected) this.#tell('go');
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (!this.ended) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM, and what is held goes on; resolves when the process has ended in its own time. */
  async stop(): Promise<void> {
    if (!this.ended) this.#child.kill('SIGTERM');
    this.go();
    await this.#exited;
  }

  #tell(message: ToDaemon): void {
    this.#child.send(message);
  }

  #isReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        this.#said = (this.#said + chunk.toString()).slice(-20_000);
        if (this.#said.includes('"event":"ready"')) resolve();
      };
      this.#child.stdout?.on('data', hear);
      this.#child.stderr?.on('data', hear);
      void this.#exited.then(() => {
        reject(new Error(`The daemon ended before it was ready:\n${this.#said}`));
      });
    });
  }
}
