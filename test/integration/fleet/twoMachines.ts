import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { pairingOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema, type JobOutput } from '../../../src/protocol/jobOutput.ts';
import { invitationLink, parseInvitation } from '../../../src/protocol/invitation.ts';
import type { Running, Sandbox } from '../cli/harness.ts';

const run = promisify(execFile);

/** What a worker that listens prints. */
const readySchema = z.object({ url: z.string(), pairing: z.string().optional() });

/** A desk that holds the files, with its daemon, and a node that encodes: nothing is shared. */
export class TwoMachines {
  readonly desk: Sandbox;
  readonly node: Sandbox;
  #worker: Running | undefined;

  constructor(desk: Sandbox, node: Sandbox) {
    this.desk = desk;
    this.node = node;
  }

  /** Pairs the node, the first time, and runs it. Resolves when the desk knows it. */
  async join(flags: readonly string[] = []): Promise<void> {
    const args = ['worker', 'run', '--name', 'node', '--json', ...flags];
    if (!this.hasJoined) {
      const { code, reach } = await this.desk.json(pairingOutputSchema, ['worker', 'pair']);
      if (!reach) throw new Error('The desk cannot be reached.');
      args.push('--join', reach.url, '--pair', code, '--pin', reach.fingerprint);
    }
    this.worker = this.node.start(args);
    await this.worker.printed('stdout', /"event":"connected"/);
  }

  /**
   * The node listens, and the desk adds it, the first time. `dialled`: what is dialled instead of the address that the node
   * shows.
   */
  protected async listen(flags: readonly string[], dialled: (url: string) => string): Promise<void> {
    const isNew = !this.hasJoined;
    this.worker = this.node.start(['worker', 'run', '--name', 'node', '--json', ...flags]);
    const [, line = ''] = await this.worker.printed('stdout', /^(.*"event":"ready".*)$/m);
    const { url, pairing = '' } = readySchema.parse(JSON.parse(line));
    const address = dialled(url);
    if (isNew) {
      const invitation = parseInvitation(pairing);
      if (!invitation) throw new Error(`${pairing} is no link of a worker.`);
      const link = invitationLink({ ...invitation, url: address }, 'dffmpeg');
      const added = await this.desk.run(['worker', 'add', link]);
      if (added.code !== 0) throw new Error(added.stderr);
    }
    await this.worker.printed('stdout', /"event":"connected"/);
  }

  get hasJoined(): boolean {
    return this.#worker !== undefined;
  }

  get worker(): Running {
    if (!this.#worker) throw new Error('The node has not joined yet.');
    return this.#worker;
  }

  protected set worker(running: Running) {
    this.#worker = running;
  }

  /** A clip of some MB that takes no time to make and little to encode. */
  async clip(name: string, seconds = 4): Promise<string> {
    const file = this.desk.file(name);
    const picture = `nullsrc=size=320x240:rate=25:duration=${seconds},geq=random(1)*255:128:128`;
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, '-c:v', 'ffv1', '-y', file]);
    return file;
  }

  /** Its id. */
  async submit(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.desk.run(['encode', ...args, '--detach']);
    const id = stdout.trim();
    if (id === '') throw new Error(stderr);
    return id;
  }

  /** Asks until the job is so. */
  async job(id: string, isSo: (job: JobOutput) => boolean): Promise<JobOutput> {
    for (;;) {
      const job = await this.desk.json(jobOutputSchema, ['job', 'show', id]);
      if (isSo(job)) return job;
      const isOver = ['failed', 'cancelled', 'done'].includes(job.state);
      if (isOver && job.replacement?.state !== 'replacing')
        throw new Error(
          `It has ended otherwise: ${JSON.stringify(job, undefined, 1)}\n${this.worker.stderr}`,
        );
    }
  }

  done(id: string): Promise<JobOutput> {
    return this.job(id, ({ state }) => state === 'done');
  }

  /** Below a folder of the node’s worker; none where that is not there. */
  async left(...folder: string[]): Promise<string[]> {
    return readdir(path.join(this.node.stateDir, 'worker', ...folder)).catch(() => []);
  }

  /** Ends the worker, if there is one. */
  killWorker(): void {
    this.#worker?.child.kill('SIGKILL');
  }

  protected async remove(): Promise<void> {
    this.killWorker();
    await Promise.all([this.desk.remove(), this.node.remove()]);
  }
}
