import { connectToDaemon, type DaemonConnection } from '../../../../src/client/connection.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { isEnded } from '../../../../src/protocol/jobState.ts';
import type { Job } from '../../../../src/protocol/model.ts';
import type { Plan } from './breakpoints.ts';
import { HeldProcess } from './heldProcess.ts';
import type { Point } from './steps.ts';

/** A daemon in a process of its own that stops where it is told to, and a client of it. */
export class HeldDaemon {
  readonly client: DaemonConnection;
  readonly #process: HeldProcess;

  private constructor(process: HeldProcess, client: DaemonConnection) {
    this.#process = process;
    this.client = client;
  }

  static async start(stateDir: string, env: Readonly<Record<string, string>> = {}): Promise<HeldDaemon> {
    const process = await HeldProcess.start(stateDir, env);
    try {
      const client = await connectToDaemon({ stateDir, start: false, client: 'test', version: '0' });
      return new HeldDaemon(process, client);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** It has ended, by itself or because it was killed. */
  get ended(): boolean {
    return this.#process.ended;
  }

  /** What it printed last. */
  get said(): string {
    return this.#process.said;
  }

  /** Resolves when it stands at the point of the plan; `undefined` when the job went past without it. */
  async hold(plan: Plan, job: () => Promise<Job>): Promise<Point | undefined> {
    const { reached } = await this.#process.plan(plan);
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
    this.#process.go();
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
    await this.#process.kill();
  }

  /** SIGTERM, and what is held goes on; resolves when the process has ended in its own time. */
  async stop(): Promise<void> {
    this.client.close();
    await this.#process.stop();
  }
}
