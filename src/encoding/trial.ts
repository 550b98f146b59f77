import { audioEncoderTable } from './audioEncoders.ts';
import type { EncoderCapability } from './dialect.ts';
import { audioEncoders, pixelFormats, videoEncoders } from './presetNames.ts';
import type { AudioEncoder, PixelFormat, VideoEncoder } from './presetNames.ts';
import { isCutShort, type TrialOutcome, type Validity } from './trialOutcome.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import type { VideoRate } from './videoEncoders.ts';
import { pixelFormatsOf } from './videoPixelFormat.ts';

/**
 * What an encoder can do is what it did in a trial run: a few made-up frames (or a little silence) to nowhere, with the
 * arguments that a real encode would get.
 */

export type Size = readonly [width: number, height: number];

/** One encoder with the pixel formats to try it with, likeliest first; none for sound. */
export interface EncoderTrial {
  readonly encoder: VideoEncoder | AudioEncoder;
  readonly pixelFormats: readonly PixelFormat[];
}

/** Everything a worker may offer. */
export const encoderTrials: readonly EncoderTrial[] = [
  ...videoEncoders.map((encoder) => ({ encoder, pixelFormats: pixelFormatsOf(videoEncoderTable[encoder]) })),
  ...audioEncoders.map((encoder) => ({ encoder, pixelFormats: [] })),
];

export interface TrialVariant {
  /** Each becomes a result of the same run. */
  readonly pixelFormats?: readonly PixelFormat[];
  readonly rateMode?: VideoRate['mode'];
  readonly size?: Size;
  readonly bFrames?: boolean;
}

/** DNxHR has a least size, and hardware has one too. */
const softwareSize: Size = [256, 144];
const hardwareSize: Size = [320, 240];
/** What 8K, cinema's 4K and HD need, largest first. */
const largeSizes: readonly Size[] = [
  [7680, 4320],
  [4096, 2160],
  [1920, 1080],
];
/** In software one shows all there is to see; hardware may fail at the next, or at a B-frame. */
const softwareFrames = 1;
const hardwareFrames = 3;
const frameRate = 25;

/** `features`: of the dialect, where the encoder's arguments ask for them (featuresOfEncoder). */
export function trialArguments(
  encoder: VideoEncoder | AudioEncoder,
  variant: TrialVariant,
  features: readonly string[],
): string[] {
  // At this level ffmpeg says what it passes over.
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'warning'];
  if (!isVideoEncoder(encoder))
    return [
      ...[...quiet, '-f', 'lavfi', '-i', 'anullsrc=channel_layout=stereo:sample_rate=48000', '-t', '0.1'],
      ...['-c:a:0', encoder, ...audioEncoderTable[encoder].arguments({ channels: 2, stream: 'a:0' })],
      ...['-f', 'null', '-'],
    ];
  const entry = videoEncoderTable[encoder];
  const inSoftware = entry.slot === 'cpu';
  const [width, height] = variant.size ?? (inSoftware ? softwareSize : hardwareSize);
  const duration = (inSoftware ? softwareFrames : hardwareFrames) / frameRate;
  return [
    ...[
      ...quiet,
      '-f',
      'lavfi',
      '-i',
      `testsrc2=size=${width}x${height}:rate=${frameRate}:duration=${duration}`,
    ],
    ...(variant.pixelFormats ?? pixelFormatsOf(entry).slice(0, 1)).flatMap((pixelFormat) => [
      '-map',
      '0:v',
      ...encoded(encoder, pixelFormat, variant, features),
    ]),
  ];
}

function encoded(
  encoder: VideoEncoder,
  pixelFormat: PixelFormat,
  { rateMode = 'crf', bFrames }: TrialVariant,
  features: readonly string[],
): string[] {
  const entry = videoEncoderTable[encoder];
  return [
    // A palette is no format that a picture is simply turned into.
    ...(entry.codec === 'gif' ? ['-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse'] : []),
    ...['-c:v:0', encoder],
    ...entry.arguments({
      rate:
        rateMode === 'crf'
          ? { mode: 'crf', crf: entry.defaultCrf }
          : { mode: 'bitrate', bitsPerSecond: 1_000_000 },
      speed: 'fastest',
      color: {},
      pixelFormat,
      features,
    }),
    ...(bFrames === true ? ['-bf:v:0', '2'] : []),
    ...['-pix_fmt:v:0', entry.pixelFormats[pixelFormat] ?? pixelFormat, '-f', 'null', '-'],
  ];
}

/** Facts of the dialect that this encoder's arguments ask for. */
export function featuresOfEncoder(encoder: string): readonly string[] {
  return encoder === 'libsvtav1' ? ['svtav1-crf', 'svtav1-params'] : [];
}

export interface EncoderProof {
  readonly capability: EncoderCapability;
  /** Of the capability as a whole. */
  readonly holds: Validity;
}

/** The runs that prove an encoder, one after the other: each is answered with its outcome. */
export type Proof<Result> = Generator<readonly string[], Result, TrialOutcome>;

export function* encoderProof(trial: EncoderTrial, features: readonly string[]): Proof<EncoderProof> {
  const proof = yield* proofOf(trial, features);
  const { capability } = proof;
  if (capability.usable || !unknownOption.test(capability.refusal)) return proof;
  const refusal = `There is no ${trial.encoder}, or none that takes its usual options: ${capability.refusal}`;
  return { ...proof, capability: { usable: false, refusal } };
}

function* proofOf(trial: EncoderTrial, features: readonly string[]): Proof<EncoderProof> {
  const { encoder } = trial;
  if (!isVideoEncoder(encoder)) {
    const outcome = yield trialArguments(encoder, {}, features);
    return outcome.worked ? usable({ pixelFormats: [] }) : unusable(outcome);
  }
  return videoEncoderTable[encoder].slot === 'cpu'
    ? yield* softwareProof(encoder, trial.pixelFormats, features)
    : yield* hardwareProof(encoder, trial.pixelFormats, features);
}

/** All formats in one run; one by one where that fails. */
function* softwareProof(
  encoder: VideoEncoder,
  formats: readonly PixelFormat[],
  features: readonly string[],
): Proof<EncoderProof> {
  const together = yield trialArguments(encoder, { pixelFormats: formats }, features);
  if (together.worked) return usable({ pixelFormats: [...formats] });
  // Nothing else will be known of an encoder that is not there, nor of one that is alone.
  const { refusal } = together;
  if (formats.length < 2 || unknownEncoder.test(refusal) || unknownOption.test(refusal))
    return unusable(together);
  return yield* oneByOne(encoder, formats, features, {});
}

/**
 * Where the usual format fails there is no hardware. What it can do beyond, and whether a constant quality is among
 * that, differs from chip to chip.
 */
function* hardwareProof(
  encoder: VideoEncoder,
  formats: readonly PixelFormat[],
  features: readonly string[],
): Proof<EncoderProof> {
  const refusals: Record<string, string> = {};
  let rateMode: VideoRate['mode'] = 'crf';
  const first = yield trialArguments(encoder, { pixelFormats: formats.slice(0, 1), rateMode }, features);
  if (!first.worked) {
    if (first.holds !== 'process') return unusable(first);
    rateMode = 'bitrate';
    const second = yield trialArguments(encoder, { pixelFormats: formats.slice(0, 1), rateMode }, features);
    if (!second.worked) return unusable(first);
    refusals['crf'] = first.refusal;
  }
  const rest = yield* oneByOne(encoder, formats.slice(1), features, { rateMode });
  const worked = rest.capability.usable ? rest.capability.pixelFormats : [];
  if (rest.capability.usable) Object.assign(refusals, rest.capability.refusals);

  const variant = { pixelFormats: formats.slice(0, 1), rateMode };
  const bFrames = yield trialArguments(encoder, { ...variant, bFrames: true }, features);
  if (!bFrames.worked) refusals['b-frames'] = bFrames.refusal;
  let maxSize: Size | undefined;
  for (const size of largeSizes) {
    const outcome = yield trialArguments(encoder, { ...variant, size }, features);
    if (outcome.worked) {
      maxSize = size;
      break;
    }
    refusals[`${size[0]}x${size[1]}`] = outcome.refusal;
  }
  return usable({
    pixelFormats: [...formats.slice(0, 1), ...worked],
    bFrames: bFrames.worked,
    ...(maxSize === largeSizes[0] ? {} : { maxSize: [...(maxSize ?? hardwareSize)] as [number, number] }),
    refusals,
  });
}

function* oneByOne(
  encoder: VideoEncoder,
  formats: readonly PixelFormat[],
  features: readonly string[],
  variant: TrialVariant,
): Proof<EncoderProof> {
  const worked: string[] = [];
  const refusals: Record<string, string> = {};
  let failed: (TrialOutcome & { worked: false }) | undefined;
  let cutShort: Validity | undefined;
  for (const format of formats) {
    const outcome = yield trialArguments(encoder, { ...variant, pixelFormats: [format] }, features);
    if (outcome.worked) {
      worked.push(format);
      continue;
    }
    failed ??= outcome;
    if (isCutShort(outcome.holds)) cutShort ??= outcome.holds;
    refusals[format] = outcome.refusal;
  }
  if (worked.length === 0 && failed) return unusable({ ...failed, holds: cutShort ?? failed.holds });
  const proof = usable({ pixelFormats: worked, refusals });
  return { ...proof, holds: cutShort ?? proof.holds };
}

/** Options are read first: where no encoder knows one, ffmpeg does not come to say that the encoder is missing. */
const unknownOption = /Unrecognized option/u;
const unknownEncoder = /Unknown encoder/u;

function usable(capability: Omit<EncoderCapability & { usable: true }, 'usable'>): EncoderProof {
  const { refusals, ...rest } = capability;
  const some = refusals !== undefined && Object.keys(refusals).length > 0;
  return { capability: { usable: true, ...rest, ...(some ? { refusals } : {}) }, holds: 'binary' };
}

function unusable({ refusal, holds }: TrialOutcome & { worked: false }): EncoderProof {
  return { capability: { usable: false, refusal }, holds };
}

/** Everything that decides what a trial finds: other trials, other findings. */
export function trialsFingerprint(): string {
  const all = encoderTrials.map(({ encoder, pixelFormats: formats }) =>
    [[], featuresOfEncoder(encoder)].map((features) =>
      trialArguments(encoder, formats.length > 0 ? { pixelFormats: formats } : {}, features),
    ),
  );
  return JSON.stringify([pixelFormats, largeSizes, all]);
}

function isVideoEncoder(name: string): name is VideoEncoder {
  return Object.hasOwn(videoEncoderTable, name);
}
