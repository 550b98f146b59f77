/** Runs the options that are planned for tracks on a real ffmpeg, in a folder of the test's own. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { execa } from 'execa';
import { containerTable } from '../../../src/encoding/containers.ts';
import { demuxerFamilyOf, fileUrl } from '../../../src/encoding/demuxers.ts';
import type { Capabilities, Dialect } from '../../../src/encoding/dialect.ts';
import { audioEncoders } from '../../../src/encoding/presetNames.ts';
import type { Container } from '../../../src/encoding/presetNames.ts';
import { ffprobeArguments, parseProbe } from '../../../src/encoding/probeOutput.ts';
import type { Probe } from '../../../src/encoding/probe.ts';

/** Another ffmpeg to hold the options against: `DFFMPEG_TEST_FFMPEG=/path/to/ffmpeg`. */
export const ffmpeg = process.env.DFFMPEG_TEST_FFMPEG ?? 'ffmpeg';

export const everything: Capabilities = Object.fromEntries(
  audioEncoders.map((name) => [name, { usable: true, pixelFormats: [] }]),
);

/** What tracks ask of a dialect: the decoder of captions, and what measures loudness. */
export const dialect: Dialect = {
  ...{ version: '', frameRateModeOption: '-vsync', sourceTimeBase: '-1' },
  ...{ demuxers: [], muxers: [], decoders: ['cc_dec'], filters: ['loudnorm'], features: [], refusals: {} },
};

export interface Ended {
  readonly stderr: string;
  readonly stdout: Uint8Array;
}

/** Fails with what ffmpeg said last. */
export async function run(argv: readonly string[], cwd: string): Promise<Ended> {
  const { failed, exitCode, stderr, stdout } = await execa(ffmpeg, ['-hide_banner', '-nostats', ...argv], {
    ...{ cwd, reject: false, stdin: 'ignore', timeout: 120_000, encoding: 'buffer' },
  });
  const text = Buffer.from(stderr).toString();
  const said = text.split('\n').filter((line) => /error|invalid|fail|unsupported|increas/iu.test(line));
  assert.ok(!failed, `ffmpeg ended with ${String(exitCode)}: ${said.slice(0, 8).join('\n')}`);
  return { stderr: text, stdout };
}

/** Whether this ffmpeg has an encoder at all. */
export async function hasEncoder(name: string): Promise<boolean> {
  const { stdout } = await execa(ffmpeg, ['-hide_banner', '-h', `encoder=${name}`], { stdin: 'ignore' });
  return stdout.startsWith('Encoder ');
}

export function inputOf(file: string, probe: Probe): string[] {
  const family = demuxerFamilyOf(probe.formatName);
  assert.ok(family, probe.formatName);
  return ['-f', family.names[0], '-i', fileUrl(file)];
}

export function resultOf(container: Container, folder: string, stem = 'result'): string[] {
  return ['-f', containerTable[container].muxer, fileUrl(path.join(folder, `${stem}.${container}`))];
}

export async function probeOf(file: string): Promise<Probe> {
  const { stdout } = await execa('ffprobe', ffprobeArguments(file), { stdin: 'ignore' });
  const parsed = parseProbe(stdout);
  assert.ok(parsed.ok, `${file} cannot be probed`);
  return parsed.probe;
}

/** The note of each channel of the first sound track in Hz, 0 where it is silent, by its crossings of zero. */
export async function notesOf(file: string, cwd: string): Promise<number[]> {
  const rate = 48_000;
  const { channels = 0 } = (await probeOf(file)).streams.find(({ type }) => type === 'audio') ?? {};
  const { stdout } = await run(
    ['-loglevel', 'error', '-i', file, '-map', '0:a:0', '-ar', String(rate), '-f', 'f32le', '-'],
    cwd,
  );
  const samples = new Float32Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength),
  );
  const frames = Math.floor(samples.length / channels);
  // Without the edges, where encoders swing in and out.
  const [from, to] = [Math.floor(frames * 0.3), Math.floor(frames * 0.7)];
  return Array.from({ length: channels }, (_, channel) => {
    let crossings = 0;
    let loudest = 0;
    for (let frame = from + 1; frame < to; frame += 1) {
      const value = samples[frame * channels + channel] ?? 0;
      const before = samples[(frame - 1) * channels + channel] ?? 0;
      loudest = Math.max(loudest, Math.abs(value));
      if (before < 0 !== value < 0) crossings += 1;
    }
    return loudest < 0.01 ? 0 : Math.round((crossings / 2 / (to - from)) * rate);
  });
}

/** Integrated, in LUFS. */
export async function loudnessOf(file: string, cwd: string): Promise<number> {
  const { stderr } = await run(
    ['-loglevel', 'info', '-i', file, '-map', '0:a:0', '-af', 'ebur128', '-f', 'null', '-'],
    cwd,
  );
  const last = [...stderr.matchAll(/I:\s+(-?[\d.]+) LUFS/gu)].at(-1)?.[1];
  return Number(last ?? Number.NaN);
}
