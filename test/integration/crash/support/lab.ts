import { randomUUID } from 'node:crypto';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSettled } from '../../../../src/protocol/jobResults.ts';
import type { Job } from '../../../../src/protocol/model.ts';
import { giveProofs } from '../../support/provedCache.ts';
import { makeClip } from '../../worker/support/workshop.ts';
import { check, digest, leftovers, type Scene } from './checker.ts';
import { Disks } from './disk.ts';
import type { FaultName } from './faults.ts';
import { HeldDaemon } from './heldDaemon.ts';
import { clipSeconds, outputTemplate, presetName, type Kind } from './kinds.ts';
import { descendants, killAll, stillThere, type Known } from './processes.ts';
import { bringThrough, checkThrough, isThrough, phaseOf } from './sourceLife.ts';
import type { Phase, Placing, Step } from './steps.ts';
import { cutToSynced } from './wal.ts';

/** One row of the crash table. */
export interface Row {
  readonly kind: Kind;
  readonly placing: Placing;
  readonly step: Step;
  /** Number of the output at which. */
  readonly output: number;
  readonly fault: FaultName;
  /** Somebody else's file has the first result's name already. */
  readonly foreign: boolean;
}

export interface Outcome {
  /** Sentences; empty when the invariant holds. */
  readonly wrong: readonly string[];
  /** Pages of the log that the power cut took. */
  readonly lostPages: number;
  /** How the job ended before somebody retried it. */
  readonly firstEnd: Job['state'] | undefined;
}

/** Kills at a random moment of a job's life; everything random about it follows from the seed. */
export interface RandomKill {
  readonly kind: Kind;
  readonly seed: number;
}

/** Milliseconds. */
const limits = {
  /** From a start to the end of what an earlier daemon left running: the promise to people. */
  orphans: 5_000,
  jobEnds: 60_000,
  /** From SIGTERM to its end. */
  leaves: 30_000,
  cleanUp: 20_000,
  /** How long a broken disk stays broken. */
  broken: 1_000,
};

/** A state folder, two disks, and daemons that are broken one after the other. */
export class CrashLab {
  readonly disks: Disks;
  readonly #log: (line: string) => void;
  #daemon: HeldDaemon | undefined;
  #stateDir = '';
  #rows = 0;
  /** How the disk of the row under way behaves, after a restart, too. */
  #placing: Placing = 'link';
  #expires = false;
  /** How long a job of each kind takes here, milliseconds. */
  readonly #lifeMs: Partial<Record<Kind['name'], number>> = {};

  private constructor(disks: Disks, log: (line: string) => void) {
    this.disks = disks;
    this.#log = log;
  }

  static async open(log: (line: string) => void = () => undefined): Promise<CrashLab> {
    const lab = new CrashLab(await Disks.open(), log);
    await makeClip(path.join(lab.disks.near, 'clip.mp4'), { seconds: clipSeconds, size: '320x180' });
    return lab;
  }

  /** Breaks one job at one step, mends what was broken, and looks at what has become of it. */
  async run(row: Row): Promise<Outcome> {
    const wrong: string[] = [];
    this.#placing = row.placing;
    const scene = await this.#prepare(row);
    const phase = row.kind.replaces === true ? phaseOf(row.step) : undefined;
    await this.#keep(phase === 'expiring');
    const daemon = await this.#ensureDaemon();
    const submissionId = randomUUID();
    const submit = async (): Promise<string> => (await this.#submit(scene, submissionId)).id;
    const plan = { point: row.step.point, output: row.output, placing: row.placing };
    const reached = await within(
      limits.jobEnds,
      'It did not come to that step.',
      this.#begin(daemon, phase, submit).then((job) => daemon.hold(plan, job)),
    ).catch((error: unknown) => {
      wrong.push(String(error));
    });
    if (reached === undefined && wrong.length === 0) wrong.push('It never came to that step.');

    let lostPages = 0;
    let firstEnd: Job['state'] | undefined;
    if (wrong.length === 0)
      try {
        lostPages = await this.#break(row, scene, submit, wrong);
        const job = await this.#finish(row.fault, await submit(), (state) => (firstEnd = state), wrong);
        wrong.push(...(await this.#judge(phase, job, row.fault, scene, wrong)));
        wrong.push(...(await this.#duplicates(scene)));
        // What could not be reached is removed by the next start.
        if (row.fault === 'destination gone' && (await leftovers(scene, this.#stateDir)).length > 0)
          await this.#restart([], wrong);
        wrong.push(...(await this.#untidy(scene)));
      } catch (error) {
        wrong.push(String(error));
      }
    await this.#clear(scene, wrong);
    return { wrong, lostPages, firstEnd };
  }

  /** Kills the daemon, half of the time with its ffmpeg, and in a third of them the next daemon as it starts. */
  async runRandom({ kind, seed }: RandomKill): Promise<Outcome> {
    const random = randomNumbers(seed);
    const wrong: string[] = [];
    const foreign = random() < 0.5;
    const scene = await this.#prepare({ kind, foreign });
    const submissionId = randomUUID();
    const submit = async (): Promise<string> => (await this.#submit(scene, submissionId)).id;
    const lifeMs = (this.#lifeMs[kind.name] ??= await this.#measureLife(kind));
    let firstEnd: Job['state'] | undefined;
    try {
      const kills = random() < 1 / 3 ? 2 : 1;
      for (let kill = 0; kill < kills; kill += 1) {
        const daemon = await this.#ensureDaemon();
        void submit().catch(() => undefined);
        await delay(random() * (kill === 0 ? lifeMs : lifeMs / 2));
        const children = await descendants(daemon.pid);
        if (random() < 0.5) await killAll(children);
        await this.#restart(children, wrong);
      }
      const job = await this.#finish('kill the daemon', await submit(), (state) => (firstEnd = state), wrong);
      const phase = kind.replaces === true ? 'replacing' : undefined;
      wrong.push(...(await this.#judge(phase, job, 'kill the daemon', scene, wrong)));
      wrong.push(...(await this.#duplicates(scene)));
      wrong.push(...(await this.#untidy(scene)));
    } catch (error) {
      wrong.push(String(error));
    }
    await this.#clear(scene, wrong);
    return { wrong, lostPages: 0, firstEnd };
  }

  /** How long the next daemon keeps what was replaced: as long as ever, or not at all. */
  async #keep(expires: boolean): Promise<void> {
    if (this.#expires === expires) return;
    this.#expires = expires;
    await this.#daemon?.stop();
  }

  /** What comes before the phase, without a break; what comes back begins it. */
  async #begin(
    daemon: HeldDaemon,
    phase: Phase | undefined,
    submit: () => Promise<string>,
  ): Promise<() => Promise<Job>> {
    if (phase === undefined) return async () => daemon.end(await submit());
    if (phase !== 'undoing') return async () => daemon.until(await submit(), isThrough(phase));
    const { id } = await daemon.until(await submit(), isThrough('replacing'));
    return async () => (await daemon.client.request('jobs.undo', { id })).job;
  }

  async #judge(
    phase: Phase | undefined,
    job: Job,
    fault: FaultName,
    scene: Scene,
    wrong: string[],
  ): Promise<string[]> {
    if (phase === undefined) return check(scene, job);
    const daemon = (): Promise<HeldDaemon> => this.#ensureDaemon();
    const after = await within(
      limits.jobEnds,
      'The replacement did not come to its end.',
      bringThrough(phase, job.id, fault, daemon, wrong),
    );
    return checkThrough(phase, after, scene, daemon);
  }

  /** Milliseconds of the whole life of a job that nothing happens to. */
  async #measureLife(kind: Kind): Promise<number> {
    const scene = await this.#prepare({ kind, foreign: false });
    const daemon = await this.#ensureDaemon();
    const begun = performance.now();
    await daemon.end((await this.#submit(scene, randomUUID())).id);
    const life = performance.now() - begun;
    await this.#clear(scene, await this.#untidy(scene));
    return life;
  }

  async #clear(scene: Scene, wrong: readonly string[]): Promise<void> {
    if (wrong.length > 0) await this.#startOver();
    await rm(path.dirname(scene.source), { recursive: true, force: true });
    await rm(scene.destination, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    const left = this.#daemon && !this.#daemon.ended ? await descendants(this.#daemon.pid) : [];
    await this.#daemon?.kill();
    await killAll(left);
    await this.disks.close();
  }

  async #break(row: Row, scene: Scene, submit: () => Promise<unknown>, wrong: string[]): Promise<number> {
    const daemon = await this.#ensureDaemon();
    const children = await descendants(daemon.pid);
    if (row.step.ffmpegRuns && children.length === 0) wrong.push('No ffmpeg runs at that step.');
    switch (row.fault) {
      case 'stop the daemon':
        await within(limits.leaves, 'The daemon did not leave.', daemon.stop());
        await this.#restart(children, wrong);
        return 0;
      case 'kill the daemon':
        await this.#restart(children, wrong);
        return 0;
      case 'kill ffmpeg':
        await killAll(children);
        daemon.go();
        return 0;
      case 'kill both':
        await killAll(children);
        await this.#restart(children, wrong);
        return 0;
      case 'power cut': {
        await daemon.kill();
        await killAll(children);
        const lost = await cutToSynced(path.join(this.#stateDir, 'store.sqlite'));
        await this.#ensureDaemon();
        return lost;
      }
      case 'disk full': {
        const free = await this.disks.fill(scene.destination);
        await this.#whileBroken(daemon, submit);
        await free();
        return 0;
      }
      case 'destination gone': {
        // Of a replacement that is the folder of the source.
        const folder = row.step.phase ? path.dirname(scene.source) : scene.destination;
        await rename(folder, `${folder}-away`);
        await this.#whileBroken(daemon, submit);
        await rename(`${folder}-away`, folder);
        return 0;
      }
    }
  }

  /** Until the job has ended, or for a moment. */
  async #whileBroken(daemon: HeldDaemon, submit: () => Promise<unknown>): Promise<void> {
    daemon.go();
    const ended = submit().then((id) => daemon.until(String(id), isSettled));
    await Promise.race([ended.catch(() => undefined), delay(limits.broken)]);
  }

  /** SIGKILL, where it still runs, and the next start: whatever ran is soon gone. */
  async #restart(children: readonly Known[], wrong: string[]): Promise<void> {
    await this.#daemon?.kill();
    await this.#ensureDaemon();
    const deadline = performance.now() + limits.orphans;
    let left = await stillThere(children);
    while (left.length > 0 && performance.now() < deadline) {
      await delay(25);
      left = await stillThere(left);
    }
    if (left.length === 0) return;
    wrong.push(`${left.length} processes of the killed daemon still run.`);
    await killAll(left);
  }

  /** The job's end; where the fault may have failed it with a sentence, a person then retries it. */
  async #finish(
    fault: FaultName,
    id: string,
    tell: (state: Job['state']) => void,
    wrong: string[],
  ): Promise<Job> {
    const end = async (): Promise<Job> => {
      const daemon = await this.#ensureDaemon();
      return within(limits.jobEnds, () => `The job did not end: ${daemon.said.slice(-2000)}`, daemon.end(id));
    };
    const job = await end();
    tell(job.state);
    if (job.state !== 'failed' || (fault !== 'disk full' && fault !== 'destination gone')) return job;
    if (!job.reason?.message.endsWith('.') || !job.reason.hint)
      wrong.push(`It failed without a sentence: ${JSON.stringify(job.reason)}.`);
    const daemon = await this.#ensureDaemon();
    await daemon.client.request('jobs.retry', { id });
    return end();
  }

  async #duplicates({ source }: Scene): Promise<string[]> {
    const { client } = await this.#ensureDaemon();
    const { jobs } = await client.request('jobs.list', { limit: 20 });
    const same = jobs.filter(({ sources }) => sources[0]?.path === source);
    return same.length === 1 ? [] : [`There are ${same.length} jobs of one submit.`];
  }

  async #untidy(scene: Scene): Promise<string[]> {
    const deadline = performance.now() + limits.cleanUp;
    for (;;) {
      const left = await leftovers(scene, this.#stateDir);
      if (left.length === 0) return [];
      if (performance.now() > deadline) return left.map((file) => `${file} is left.`);
      await delay(25);
    }
  }

  async #submit(scene: Scene, submissionId: string): Promise<Job> {
    const { client } = await this.#ensureDaemon();
    const { job } = await client.request('jobs.submit', {
      submissionId,
      sources: [scene.source],
      preset: { name: presetName, preset: scene.kind.preset },
      output: path.join(scene.destination, outputTemplate),
      onSuccess: scene.kind.replaces === true ? 'replace' : 'keep',
    });
    return job;
  }

  async #prepare({ kind, foreign }: Pick<Row, 'kind' | 'foreign'>): Promise<Scene> {
    const name = `row-${(this.#rows += 1)}`;
    const { near, far } = this.disks;
    const folder = path.join(near, name);
    const destination = path.join(kind.far ? far : near, `${name}-out`);
    await mkdir(folder);
    await mkdir(destination);
    // In every second row the result has another name than the source, and that is taken, too.
    const source = path.join(folder, kind.replaces === true && foreign ? 'clip.mov' : 'clip.mp4');
    await cp(path.join(near, 'clip.mp4'), source);
    const strangers = new Map<string, string>();
    const taken = kind.results[0]?.name;
    if (foreign && taken !== undefined) {
      await writeFile(path.join(destination, taken), `somebody else’s ${name}`);
      strangers.set(taken, await digest(path.join(destination, taken)));
    }
    const neighbours = new Map<string, string>();
    if (kind.replaces === true && foreign) {
      await writeFile(path.join(folder, 'clip.mp4'), `somebody else’s clip of ${name}`);
      neighbours.set('clip.mp4', await digest(path.join(folder, 'clip.mp4')));
    }
    const sourceDigest = await digest(source);
    return { kind, source, sourceDigest, destination, foreign: strangers, neighbours };
  }

  async #ensureDaemon(): Promise<HeldDaemon> {
    if (this.#daemon && !this.#daemon.ended) return this.#daemon;
    if (this.#stateDir === '') await this.#newStateDir();
    this.#daemon = await HeldDaemon.start(this.#stateDir, {
      DFFMPEG_TEST_PLACING: this.#placing,
      ...(this.#expires ? { DFFMPEG_TEST_KEEP_MS: '1' } : {}),
    });
    return this.#daemon;
  }

  async #newStateDir(): Promise<void> {
    this.#stateDir = path.join(this.disks.near, `state-${randomUUID().slice(0, 8)}`);
    await giveProofs(this.#stateDir);
    await writeFile(path.join(this.#stateDir, 'config.jsonc'), '{ "idleMinutes": 0 }');
  }

  /** What went wrong in one row shall not be seen in the next. */
  async #startOver(): Promise<void> {
    const left = this.#daemon && !this.#daemon.ended ? await descendants(this.#daemon.pid) : [];
    if (this.#daemon) this.#log(this.#daemon.said.split('\n').slice(-15).join('\n'));
    await this.#daemon?.kill();
    await killAll(left);
    this.#daemon = undefined;
    await rm(this.#stateDir, { recursive: true, force: true });
    this.#stateDir = '';
  }
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function within<T>(milliseconds: number, what: string | (() => string), work: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(milliseconds, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error(typeof what === 'string' ? what : what());
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
