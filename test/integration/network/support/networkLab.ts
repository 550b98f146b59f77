import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { workersOutputSchema } from '../../../../src/cli/jsonOutput.ts';
import type { JobOutput } from '../../../../src/protocol/jobOutput.ts';
import { ffmpegsIn } from '../../cli/harness.ts';
import { check, digest, leftovers, type Scene } from '../../crash/support/checker.ts';
import { clipSeconds, outputTemplate, presetName, type Kind } from '../../crash/support/kinds.ts';
import { NetworkHost, type Dials } from './networkHost.ts';
import { losesNothing, type NetworkRow } from './phases.ts';

const run = promisify(execFile);

/** A source and a result of some megabytes, with some seconds of work between them. */
export const noiseKind: Kind = {
  name: 'file',
  preset: { container: 'mp4', video: { encoders: ['libx264'], crf: 16, speed: 'slow' } },
  results: [{ name: 'clip.made.mp4', next: 'clip.made-2.mp4', codecs: ['h264'] }],
  far: false,
  placings: ['link'],
};
const size = '320x180';
/** What no encoder makes small, by that picture and this filter. */
export const noise = 'nullsrc';
const noisy = 'geq=random(1)*255:128:128';
const megabits = 20;

/** Milliseconds. */
const limits = { jobEnds: 150_000, cleanUp: 20_000 };

/** Two machines with a cable between them, and jobs that are broken one after the other. */
export class NetworkLab {
  readonly host: NetworkHost;
  readonly #clip: string;
  #rows = 0;

  private constructor(host: NetworkHost, clip: string) {
    this.host = host;
    this.#clip = clip;
  }

  static async open(dials?: Dials): Promise<NetworkLab> {
    const host = await NetworkHost.open({ between: { megabits }, dials });
    const clip = host.desk.file('clip.nut');
    await makeRaw(clip, noise, size);
    const settings = { 'dffmpeg.presets': { [presetName]: noiseKind.preset } };
    await host.desk.write('.vscode/settings.json', JSON.stringify(settings));
    return new NetworkLab(host, clip);
  }

  /** Breaks one job, mends what was broken, and says what is wrong then; nothing is. */
  async run(row: NetworkRow): Promise<string[]> {
    const scene = await this.#prepare();
    const wrong: string[] = [];
    const { host } = this;
    try {
      await within(limits.jobEnds, 'It did not come to its end.', async () => {
        const { id, goOn } = await this.#reach(row, scene);
        await this.#break(row, goOn);
        const job = await host.done(id);
        wrong.push(...(await check(scene, job)));
        const encodes = job.attempts.filter(({ kind: what }) => what === 'encode').length;
        if (losesNothing(row) && encodes !== 1) wrong.push(`It was encoded ${encodes} times.`);
      });
      wrong.push(...(await this.#untidy(scene)));
    } catch (error) {
      const { stdout } = await host.desk.run(['job', 'list', '--json']);
      wrong.push(String(error), stdout, host.daemon.said.slice(-3_000), host.worker.stderr.slice(-3_000));
    }
    await rm(path.dirname(scene.source), { recursive: true, force: true });
    await rm(scene.destination, { recursive: true, force: true });
    return wrong;
  }

  close(): Promise<void> {
    return this.host.close();
  }

  /** Resolves when a new job is there; `goOn` lets it go further where it was held. */
  async #reach({ phase }: NetworkRow, scene: Scene): Promise<{ id: string; goOn: () => void }> {
    const { host } = this;
    const submit = (): Promise<string> =>
      host.submit(
        ...[scene.source, '--preset', presetName],
        ...['--output', path.join(scene.destination, outputTemplate)],
      );
    if ('point' in phase) {
      const { reached } = await host.daemon.plan({ point: phase.point, output: 0, placing: 'link' });
      const id = await submit();
      await reached;
      return { id, goOn: () => host.daemon.go() };
    }
    const before = await host.cable.carried();
    const id = await submit();
    const goOn = (): void => undefined;
    if (phase.name === 'the source is fetched') {
      await this.#carries('toFar', before.toFar + 2_000_000);
      return { id, goOn };
    }
    await host.job(id, isEncoding);
    if (phase.name === 'the result is sent')
      await this.#carries('toNear', (await host.cable.carried()).toNear + 500_000);
    return { id, goOn };
  }

  async #carries(way: 'toNear' | 'toFar', bytes: number): Promise<void> {
    while ((await this.host.cable.carried())[way] < bytes);
  }

  async #break({ fault }: NetworkRow, goOn: () => void): Promise<void> {
    const { host } = this;
    switch (fault) {
      case 'cable out for 5 s':
      case 'cable out for 60 s':
        await host.cable.pull();
        goOn();
        await delay(fault === 'cable out for 5 s' ? 5_000 : 60_000);
        await host.cable.plug();
        return;
      case 'kill the worker':
        await this.#killWorker();
        goOn();
        await host.join();
        return;
      case 'kill the daemon':
        await host.daemon.kill();
        await host.serve();
        return;
      case 'kill both':
        await Promise.all([this.#killWorker(), host.daemon.kill()]);
        await host.serve();
        await host.join();
    }
  }

  async #killWorker(): Promise<void> {
    this.host.killWorker();
    await this.host.worker.finished;
  }

  /** What is left of the job on either machine a while after it has ended, and whether the node is still thought to run it. */
  async #untidy(scene: Scene): Promise<string[]> {
    const deadline = performance.now() + limits.cleanUp;
    for (;;) {
      const left = [
        ...(await leftovers(scene, this.host.desk.stateDir)),
        ...(await this.host.left('scratch', 'attempts')),
        ...(await ffmpegsIn(this.host.node.folder)),
        ...(await this.#stillRunning()),
      ];
      if (left.length === 0) return [];
      if (performance.now() > deadline) return left.map((what) => `${what} is left.`);
    }
  }

  async #stillRunning(): Promise<string[]> {
    const { workers } = await this.host.desk.json(workersOutputSchema, ['workers']);
    return workers.flatMap(({ name, running }) =>
      running.map((id) => `Of the slots of ${name} that of ${id}`),
    );
  }

  async #prepare(): Promise<Scene> {
    const name = `row-${(this.#rows += 1)}`;
    const folder = this.host.desk.file(name);
    const destination = this.host.desk.file(`${name}-out`);
    await mkdir(folder);
    await mkdir(destination);
    const source = path.join(folder, 'clip.nut');
    await cp(this.#clip, source);
    const taken = noiseKind.results[0]?.name ?? '';
    const foreign = new Map<string, string>();
    // In every second row somebody else has the name.
    if (this.#rows % 2 === 0) {
      await writeFile(path.join(destination, taken), `somebody else’s ${name}`);
      foreign.set(taken, await digest(path.join(destination, taken)));
    }
    const sourceDigest = await digest(source);
    return { kind: noiseKind, source, sourceDigest, destination, foreign, neighbours: new Map() };
  }
}

function isEncoding({ attempts }: JobOutput): boolean {
  return attempts.some(({ kind: what, argv }) => what === 'encode' && argv !== undefined);
}

/** A clip that is as large as its picture, uncompressed: it takes no time to make and to look at. */
export async function makeRaw(file: string, picture: string, frame: string): Promise<void> {
  const source = `${picture}=size=${frame}:rate=25:duration=${clipSeconds}`;
  await run('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', picture === noise ? `${source},${noisy}` : source],
    ...['-pix_fmt', 'yuv420p', '-c:v', 'rawvideo', '-y', file],
  ]);
}

async function within(milliseconds: number, what: string, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const late = delay(milliseconds, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error(what);
  });
  late.catch(() => undefined);
  try {
    await Promise.race([work(), late]);
  } finally {
    stop.abort();
  }
}
