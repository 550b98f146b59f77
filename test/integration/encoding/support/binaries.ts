/** The ffmpegs that rows are run on, each known by the product’s own trial runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { OutputPreset } from '../../../../src/encoding/output.ts';
import type { Probe } from '../../../../src/encoding/probe.ts';
import { CapabilityProver } from '../../../../src/worker/capabilities.ts';
import { findTools } from '../../../../src/worker/findBinary.ts';
import type { Tools } from '../../../../src/worker/findBinary.ts';
import { probeFile } from '../../../../src/worker/probeFile.ts';
import { proveFor } from '../../../../src/worker/proveFor.ts';
import type { Proved } from '../../../../src/worker/proveFor.ts';

export interface TestedFfmpeg {
  readonly tools: Tools;
  /** What a plan of these outputs needs to know of it. */
  readonly prove: (outputs: readonly OutputPreset[]) => Promise<Proved>;
  /** Of a test source, which stays as it is: looked at once. */
  readonly probe: (file: string) => Promise<Probe>;
  /** Reading the source by itself ends this ffmpeg: nothing can be learnt of plans from it. */
  readonly crashesOn: (file: string) => Promise<boolean>;
  readonly close: () => void;
}

/** Of test sources, which stay as they are. */
const probes = new Map<string, Promise<Probe>>();

/** `file`: ffmpeg itself, or the folder of it; without it that of the PATH. */
export async function openFfmpeg(file?: string): Promise<TestedFfmpeg> {
  const tools = await findTools(file, { env: process.env, platform: process.platform });
  if (!tools) throw new Error(`There is no ffmpeg with its ffprobe at ${file ?? 'the PATH'}.`);
  const stateDir = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-proofs-'));
  const ended = new AbortController();
  const prover = await CapabilityProver.open(tools, {
    stateDir,
    signal: ended.signal,
    onChange: () => undefined,
  });
  return {
    tools,
    probe: (file) => {
      // A second ffmpeg may come without an ffprobe: then both have the same.
      const key = JSON.stringify([tools.ffprobe.path, file]);
      const known = probes.get(key) ?? probeFile(tools, file, { timeoutMs: 60_000, stopGraceMs: 1_500 });
      probes.set(key, known);
      return known;
    },
    prove: (outputs) => proveFor(outputs, prover),
    crashesOn: async (file) => {
      const { signal } = await execa(tools.ffmpeg.path, ['-v', 'error', '-i', file, '-f', 'null', '-'], {
        stdin: 'ignore',
        reject: false,
      });
      return signal !== undefined;
    },
    close: () => {
      ended.abort();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
