import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inputArguments, openable } from '../../../src/encoding/commandParts.ts';
import type { VideoCodec } from '../../../src/encoding/containers.ts';
import { readCrop } from '../../../src/encoding/cropDetect.ts';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import { dialectOf } from '../../../src/encoding/dialectFacts.ts';
import {
  dialectTrials,
  frameRateModeTrial,
  sourceTimeBaseTrial,
} from '../../../src/encoding/dialectTrials.ts';
import { listingArguments } from '../../../src/encoding/listings.ts';
import type { OutputKind } from '../../../src/encoding/output.ts';
import { planPicture } from '../../../src/encoding/picture.ts';
import { pictureArguments } from '../../../src/encoding/pictureArguments.ts';
import type { PictureInput, PicturePlan } from '../../../src/encoding/pictureInput.ts';
import type { Measured, WorkFile } from '../../../src/encoding/plan.ts';
import type { Span } from '../../../src/encoding/planInput.ts';
import type { PixelFormat } from '../../../src/encoding/presetNames.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { ffprobeArguments, parseProbe } from '../../../src/encoding/probeOutput.ts';

/** What is wanted of a picture; what is not said is kept without loss, as FFV1 in Matroska. */
export interface Wish {
  readonly video?: VideoPreset;
  readonly span?: Span;
  readonly pixelFormat?: PixelFormat;
  readonly encoderPixelFormat?: string;
  readonly codec?: VideoCodec;
  readonly kind?: OutputKind;
  /** What the probe is to say besides. */
  readonly stream?: Partial<ProbeStream>;
  /** Which streams of the source the probe is to tell of; all if missing. */
  readonly others?: (stream: ProbeStream) => boolean;
  /** Options of the encoder, and the extension of the file. */
  readonly encode?: readonly string[];
  readonly extension?: string;
}

export interface Rendered {
  readonly file: string;
  readonly picture: PicturePlan;
  readonly stream: ProbeStream;
}

const quiet = ['-hide_banner', '-loglevel', 'warning', '-nostdin', '-y'];

/** Sources, plans of their pictures, and what one ffmpeg makes of them, in a folder that goes away. */
export class PictureRun {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-picture-'));
  readonly dialect: Dialect;
  readonly #ffmpeg: string;
  #runs = 0;

  constructor(ffmpeg: string) {
    this.#ffmpeg = ffmpeg;
    this.dialect = findDialect(ffmpeg);
  }

  close(): void {
    decoded.clear();
    probed.clear();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A source of a test’s own, made by the machine’s usual ffmpeg. */
  make(name: string, argv: readonly string[]): string {
    const file = path.join(this.folder, name);
    decoded.clear();
    probed.delete(file);
    run('ffmpeg', [...quiet, ...argv, file], this.folder);
    return file;
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(path.join(this.folder, name), text);
  }

  /** Whether this ffmpeg survives the source at all. */
  reads(file: string): boolean {
    const argv = ['-v', 'error', '-i', file, '-map', '0:v:0', '-f', 'null', '-'];
    return spawnSync(this.#ffmpeg, argv, { stdio: 'ignore' }).status === 0;
  }

  /** Plans, takes the looks that the plan wants, writes its files, and encodes. */
  render(file: string, wish: Wish = {}): Rendered {
    const input = this.#input(file, wish);
    let picture = planned(input, {});
    for (const analysis of picture.analyses) {
      assert.ok(analysis.kind === 'crop');
      const printed = analysis.commands.map(({ argv }) => run(this.#ffmpeg, argv, this.folder).stderr);
      picture = planned(input, { crop: readCrop(printed, input.stream) });
    }
    const folder = path.join(this.folder, `run-${this.#runs++}`);
    mkdirSync(folder);
    for (const each of picture.files) this.#place(each, folder);
    const result = path.join(folder, `result.${wish.extension ?? 'mkv'}`);
    const { span, stream, encoderPixelFormat, kind } = input;
    const argv = [
      ...quiet,
      ...(span.start > 0 ? ['-ss', String(span.start)] : []),
      ...(span.duration === undefined ? [] : ['-t', String(span.duration)]),
      ...input.input,
      ...pictureArguments(picture, stream.index),
      ...(kind === 'still' ? ['-frames:v', '1'] : []),
      ...picture.argv,
      ...(wish.encode ?? ['-c:v', 'ffv1']),
      ...(encoderPixelFormat === 'pal8' ? [] : ['-pix_fmt:v:0', encoderPixelFormat]),
    ];
    run(this.#ffmpeg, [...argv, `file:${result}`], folder);
    return { file: result, picture, stream: probeFile(result).stream };
  }

  #input(file: string, { stream, span = { start: 0 }, video = {}, ...wish }: Wish): PictureInput {
    const { probe: whole, stream: first } = probeFile(file);
    const probe = { ...whole, streams: whole.streams.filter(wish.others ?? (() => true)) };
    const opened = openable(probe, this.dialect);
    assert.ok(opened.ok);
    const { pixelFormat = 'yuv420p', encoderPixelFormat = pixelFormat } = wish;
    return {
      ...{ probe, stream: { ...first, ...stream }, video, span, pixelFormat, encoderPixelFormat },
      input: inputArguments({ path: file, probe }, opened.family),
      ...{ codec: wish.codec ?? 'ffv1', kind: wish.kind ?? 'film' },
      ...{ dialect: this.dialect, measured: {} },
    };
  }

  #place(file: WorkFile, folder: string): void {
    const target = path.join(folder, file.name);
    mkdirSync(path.dirname(target), { recursive: true });
    if ('text' in file) writeFileSync(target, file.text);
    else if ('asset' in file) copyFileSync(path.join(this.folder, file.asset), target);
    else run(this.#ffmpeg, file.extract, folder);
  }
}

function planned(input: PictureInput, measured: Measured): PicturePlan {
  const outcome = planPicture({ ...input, measured });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.problem.message);
  return outcome.picture;
}

/** Anything but exit code 0 is a failure. */
function run(program: string, argv: readonly string[], cwd: string): { stdout: Buffer; stderr: string } {
  const { status, signal, stdout, stderr } = spawnSync(program, argv, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  const said = stderr.toString();
  assert.equal(status ?? signal, 0, `${program} ${argv.join(' ')}\n${said}`);
  return { stdout, stderr: said };
}

interface Probed {
  readonly probe: Probe;
  readonly stream: ProbeStream;
}

const probed = new Map<string, Probed>();

/** Images are not among the containers that may be opened: those are looked at without the whitelist. */
export function probeFile(file: string): Probed {
  const known = probed.get(file);
  if (known !== undefined) return known;
  const image = /\.(?:png|jpg|webp)$/u.test(file);
  const open = ['-v', 'error', '-print_format', 'json', '-show_format', '-show_streams', file];
  const { stdout } = run('ffprobe', image ? open : ffprobeArguments(file), path.dirname(file));
  const outcome = parseProbe(stdout.toString());
  assert.ok(outcome.ok, file);
  const stream = outcome.probe.streams.find((each) => each.type === 'video');
  assert.ok(stream);
  const found = { probe: outcome.probe, stream };
  probed.set(file, found);
  return found;
}

const formats = { gray: 1, rgb24: 3, yuv420p10le: 1 } as const;

/** Decoded once: tests look at many frames of a short clip. */
const decoded = new Map<string, Buffer>();

/** The frame that is shown at `time`, in seconds, in numbers of a format: of 10 bits only the brightness. */
export function frameAt(file: string, time: number, format: keyof typeof formats, filters = 'null'): Frame {
  const { width, height, frameRate = 25 } = probeFile(file).stream;
  assert.ok(width !== undefined && height !== undefined);
  const key = [file, format, filters].join();
  let data = decoded.get(key);
  if (data === undefined) {
    const argv = ['-v', 'error', '-nostdin', '-i', file, '-map', '0:v:0', '-vf', filters];
    const raw = [...argv, '-vsync', 'passthrough', '-pix_fmt', format, '-f', 'rawvideo', '-'];
    data = run('ffmpeg', raw, path.dirname(file)).stdout;
    decoded.set(key, data);
  }
  const depth = formats[format];
  const size = format === 'yuv420p10le' ? width * height * 3 : width * height * depth;
  const index = Math.ceil((time - 1e-3) * frameRate);
  assert.ok(data.length >= (index + 1) * size, `a frame at ${time} s of ${file}`);
  const bytes = Uint8Array.from(data.subarray(index * size, (index + 1) * size));
  const numbers = format === 'yuv420p10le' ? new Uint16Array(bytes.buffer) : bytes;
  return new Frame(numbers.subarray(0, width * height * depth), width, height, depth);
}

export interface Area {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
}

export class Frame {
  readonly numbers: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly depth: number;

  constructor(numbers: Uint8Array | Uint16Array, width: number, height: number, depth: number) {
    this.numbers = numbers;
    this.width = width;
    this.height = height;
    this.depth = depth;
  }

  at(x: number, y: number): number[] {
    const start = (y * this.width + x) * this.depth;
    return [...this.numbers.subarray(start, start + this.depth)];
  }

  /** Mean of every component. */
  mean(area: Area = {}): number[] {
    const pixels = [...this.#pixels(area)];
    return Array.from({ length: this.depth }, (_, component) => {
      const sum = pixels.reduce((total, [x, y]) => total + this.at(x, y)[component]!, 0);
      return sum / pixels.length;
    });
  }

  /** Mean distance of the first component from its mean. */
  spread(area: Area = {}): number {
    const [mean = 0] = this.mean(area);
    const pixels = [...this.#pixels(area)];
    return pixels.reduce((total, [x, y]) => total + Math.abs(this.at(x, y)[0]! - mean), 0) / pixels.length;
  }

  /** Pixels in which any component differs from the other frame’s by more than `tolerance`. */
  differing(other: Frame, tolerance: number, area: Area = {}): number {
    assert.deepEqual([this.width, this.height], [other.width, other.height]);
    return [...this.#pixels(area)].filter(([x, y]) => {
      const theirs = other.at(x, y);
      return this.at(x, y).some((value, component) => Math.abs(value - theirs[component]!) > tolerance);
    }).length;
  }

  /** Mean distance of all components from the other frame’s. */
  distance(other: Frame): number {
    assert.equal(this.numbers.length, other.numbers.length);
    let sum = 0;
    for (const [index, value] of this.numbers.entries()) sum += Math.abs(value - other.numbers[index]!);
    return sum / this.numbers.length;
  }

  *#pixels({
    x = 0,
    y = 0,
    width = this.width - x,
    height = this.height - y,
  }: Area): Generator<[number, number]> {
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) yield [column, row];
  }
}

/** Names of the features that a picture’s plan asks for. */
const features: readonly string[] = ['tonemap', 'libass', 'overlay-yuv444p10'];

function findDialect(ffmpeg: string): Dialect {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-dialect-'));
  try {
    const works = (argv: readonly string[]) =>
      spawnSync(ffmpeg, argv, { cwd: folder, stdio: 'ignore' }).status === 0;
    const list = (argv: readonly string[]) => run(ffmpeg, argv, folder).stdout.toString();
    const found = dialectOf({
      demuxers: list(listingArguments.demuxers),
      muxers: list(listingArguments.muxers),
      decoders: list(listingArguments.decoders),
      filters: list(listingArguments.filters),
      frameRateMode: works(frameRateModeTrial),
      sourceTimeBase: works(sourceTimeBaseTrial),
    });
    assert.ok(found);
    const proved = dialectTrials.filter((trial) => {
      if (!features.includes(trial.feature)) return false;
      for (const [name, text] of Object.entries('files' in trial ? trial.files : {}))
        writeFileSync(path.join(folder, name), text);
      return trial.runs.some((argv) => works(argv));
    });
    return { ...found, version: ffmpeg, features: proved.map(({ feature }) => feature) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
