import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Preset } from '../../../../src/encoding/preset.ts';
import type { Probe } from '../../../../src/encoding/probe.ts';
import type { TaskPayload } from '../../../../src/protocol/tasks.ts';
import { createMemoryChannelPair } from '../../../../src/transport/memory.ts';
import { createWorker, type Worker, type WorkerOptions } from '../../../../src/worker/worker.ts';
import { giveProofs } from '../../support/provedCache.ts';
import { ScriptedCoordinator } from './scriptedCoordinator.ts';

const run = promisify(execFile);

export const webPreset: Preset = {
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 30, speed: 'fastest' },
  audio: { encoder: 'aac', bitrate: '96k' },
};

/** Slow enough to be caught in the act. */
export const slowPreset: Preset = {
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 10, speed: 'slowest' },
};

/** A temporary folder with a state folder, workers and clips of its own. */
export class Workshop {
  readonly root: string;
  readonly stateDir: string;
  readonly #workers: Worker[] = [];

  private constructor(root: string) {
    this.root = root;
    this.stateDir = path.join(root, 'state');
  }

  static async open(): Promise<Workshop> {
    const shop = new Workshop(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-worker-')));
    await mkdir(shop.stateDir);
    return shop;
  }

  /** With the trials of all encoders done: most tests are not about them. */
  static async openProved(): Promise<Workshop> {
    const shop = await Workshop.open();
    await giveProofs(shop.stateDir);
    return shop;
  }

  hire(options: Partial<WorkerOptions> = {}): { coordinator: ScriptedCoordinator; worker: Worker } {
    const [mine, theirs] = createMemoryChannelPair();
    const coordinator = new ScriptedCoordinator(mine);
    const worker = createWorker({
      coordinator: theirs,
      stateDir: this.stateDir,
      id: 'w1',
      name: 'test',
      local: true,
      ...options,
    });
    this.#workers.push(worker);
    return { coordinator, worker };
  }

  path(...names: string[]): string {
    return path.join(this.root, ...names);
  }

  clip(file: string, options?: ClipOptions): Promise<string> {
    return makeClip(file, options);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await rm(this.root, { recursive: true, force: true });
  }
}

interface ClipOptions {
  readonly seconds?: number;
  /** Of the picture, `320x240`. */
  readonly size?: string;
}

/** A generated clip with picture and sound. */
export async function makeClip(file: string, options: ClipOptions = {}): Promise<string> {
  const seconds = String(options.seconds ?? 1);
  await mkdir(path.dirname(file), { recursive: true });
  await run('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-f', 'lavfi', '-i', `testsrc2=size=${options.size ?? '320x240'}:rate=25`],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', seconds],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ...['-f', 'mp4', `file:${file}`],
  ]);
  return file;
}

/** The probe that a worker's own probe task reports. */
export async function probeBy(
  coordinator: ScriptedCoordinator,
  source: string,
  taskId: string,
): Promise<Probe> {
  const report = await coordinator.run({ taskId, fence: 1, payload: probePayload(source) });
  const [probe] = report.type === 'probed' ? report.probes : [];
  if (!probe) throw new Error(`Not probed: ${JSON.stringify(report)}`);
  return probe;
}

export function probePayload(
  source: string,
  destination = path.dirname(source),
): Extract<TaskPayload, { kind: 'probe' }> {
  return { kind: 'probe', jobId: 'j1', sources: [source], destinations: [destination] };
}

/** Of a preset with one output. */
export function encodePayload(task: {
  source: string;
  probe: Probe;
  preset?: Preset;
  output: string;
  jobId?: string;
}): Extract<TaskPayload, { kind: 'encode' }> {
  const { source, probe, preset = webPreset, output, jobId = 'j1' } = task;
  return {
    kind: 'encode',
    jobId,
    sources: [{ path: source, probe }],
    preset,
    outputs: [{ index: 0, path: output }],
    onSuccess: 'keep',
  };
}

/** A real clip, where the folder of clips is at hand. */
export function realClip(name: string): string | undefined {
  const folder = process.env.DFFMPEG_TEST_MEDIA;
  const file = folder && path.join(folder, name);
  return file && existsSync(file) ? file : undefined;
}

/**
 * Resolves once the process has ended; a zombie has, whoever has yet to ask for its exit code. The system tells only
 * a parent, so it is looked at until a second has passed.
 */
export async function assertGone(pid: number): Promise<void> {
  for (const deadline = performance.now() + 1000; isAlive(pid); await delay(10))
    assert.ok(performance.now() < deadline, `process ${pid} still runs`);
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
