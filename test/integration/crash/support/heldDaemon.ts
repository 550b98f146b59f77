import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { connectToDaemon, type DaemonConnection } from '../../../../src/client/connection.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { isEnded } from '../../../../src/protocol/jobState.ts';
import type { Job } from '../../../../src/protocol/model.ts';
import type { FromDaemon, Plan, ToDaemon } from './breakpoints.ts';
import type { Point } from './steps.ts';

const program = path.join(import.meta.dirname, 'daemonProcess.ts');

/** A daemon in a process of its own that stops where it is told to, and a client of it. */
export class HeldDaemon {
  readonly client: DaemonConnection;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #said: () => string;

  private constructor(
    child: ChildProcess,
    exited: Promise<unknown>,
    said: () => string,
    client: DaemonConnection,
  ) {
    this.#child = child;
    this.#exited = exited;
    this.#said = said;
    this.client = client;
  }

  static async start(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<HeldDaemon> {
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, ...env, DFFMPEG_STATE_DIR: stateDir },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const exited = once(child, 'exit');
    let said = '';
    const ready = new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-20_000);
        if (said.includes('"event":"ready"')) resolve();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      void exited.then(() => {
        reject(new Error(`The daemon ended before it was ready:\n${said}`));
      });
    });
    try {
      await ready;
      const client = await connectToDaemon({ stateDir, start: false, client: 'test', version: '0' });
      return new HeldDaemon(child, exited, () => said, client);
    } catch (error) {
      child.kill('SIGKILL');
      await exited;
      throw error;
    }
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
    return this.#said();
  }

  /** Resolves when it stands at the point of the plan; `undefined` when the job went past without it. */
  async hold(plan: Plan, job: () => Promise<Job>): Promise<Point | undefined> {
    const planned = once(this.#child, 'message');
    this.#tell({ plan });
    await planned;
    const reached = new Promise<Point>((resolve) => {
      this.#child.once('message', ({ reached: point }: FromDaemon) => {
        if (point) resolve(point);
      });
    });
    const passed = job().then(
      () => undefined,
      (error: unknown) => {
        // A submit that is held is answered late or never.
        if (error instanceof DffmpegError && error.class === 'transient')
          return new Promise<undefined>(() => undefined);
        throw error;
      },
    );
    return Promise.race([reached, passed]);
  }

  go(): void {
    if (this.#child.connected) this.#tell('go');
  }

  /** The job when it has ended. */
  end(id: string): Promise<Job> {
    return this.until(id, ({ state }) => isEnded(state));
  }

  /** The job when it is like that. */
  async until(id: string, isSo: (job: Job) => boolean): Promise<Job> {
    const { promise, resolve } = Promise.withResolvers<Job>();
    const look = (jobs: readonly Job[]): void => {
      const job = jobs.find((each) => each.id === id);
      if (job && isSo(job)) resolve(job);
    };
    const subscription = this.client.subscribe(
      { topics: ['jobs'] },
      {
        onSnapshot: ({ jobs }) => {
          look(jobs);
        },
        onJobs: look,
      },
    );
    try {
      // A snapshot holds the newest jobs only.
      look([(await this.client.request('jobs.get', { id })).job]);
      return await promise;
    } finally {
      subscription.close();
    }
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.client.close();
    if (!this.ended) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM, and what is held goes on; resolves when the process has ended in its own time. */
  async stop(): Promise<void> {
    this.client.close();
    if (!this.ended) this.#child.kill('SIGTERM');
    this.go();
    await this.#exited;
  }

  #tell(message: ToDaemon): void {
    this.#child.send(message);
  }
}
