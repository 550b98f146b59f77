import { containerTable } from './containers.ts';
import { notInherited, tileFields } from './outputFields.ts';
import type { Container } from './presetNames.ts';
import { rateControls } from './presetVideo.ts';
import type { VideoPreset } from './presetVideo.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';

/**
 * What a preset says over what it inherits: objects are merged, everything else is replaced. Fields that exclude
 * each other are one choice: whoever makes it drops what was inherited of the others, so that
 * `{"extends": "web", "video": {"bitrate": "4M"}}` has no crf left.
 */

type Data = Readonly<Record<string, unknown>>;

/** Whoever sets one of these fields takes back what was inherited of those. */
interface Overruling {
  readonly set: readonly string[];
  readonly drops: readonly string[];
}

/** By the path of an object within an output. */
const overrulings: Readonly<Record<string, readonly Overruling[]>> = {
  trim: [
    { set: ['end'], drops: ['duration'] },
    { set: ['duration'], drops: ['end'] },
  ],
  video: [
    ...rateControls.map((field) => ({
      set: [field],
      drops: rateControls.filter((other) => other !== field),
    })),
    // A limit below an exact value would win over it.
    { set: ['frameRate'], drops: ['maxFrameRate', 'frameTiming'] },
    { set: ['width', 'height'], drops: ['maxWidth', 'maxHeight'] },
  ],
  'video.burnSubtitles': [
    { set: ['file'], drops: ['track', 'language'] },
    { set: ['track', 'language'], drops: ['file'] },
  ],
};

/** Objects that say one thing together: never mixed from two presets. */
const whole = new Set(['video.targetQuality']);

export function mergePresets<T extends object>(base: T, over: T): T {
  const merged = mergeOutput(base as Data, over as Data, ['outputs', 'extends', 'description']);
  const outputs = mergeNamed((base as Data)['outputs'], (over as Data)['outputs']);
  const { description } = over as Data;
  return {
    ...(description === undefined ? {} : { description }),
    ...merged,
    ...(outputs === undefined ? {} : { outputs }),
  } as T;
}

/** An output over what it inherits from its preset, or from the output of its name in another preset. */
export function mergeOutput(base: Data, over: Data, without: readonly string[] = []): Data {
  const fitting = inheritable(omit(base, without), over);
  return mergeObjects(fitting, omit(over, without), '');
}

function mergeNamed(base: unknown, over: unknown): Data | undefined {
  if (!isRecord(base) || !isRecord(over)) return isRecord(over) ? over : isRecord(base) ? base : undefined;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, output] of Object.entries(over)) {
    const inherited = own(base, name);
    merged[name] = isRecord(inherited) && isRecord(output) ? mergeOutput(inherited, output) : output;
  }
  return merged;
}

/** What of `base` still means something for the container, or the contact sheet, that `over` asks for. */
function inheritable(base: Data, over: Data): Data {
  const container = own(over, 'container') as Container | undefined;
  const strange = container && notInherited(container, own(base, 'container') as Container | undefined);
  const sheet = isRecord(own(over, 'contactSheet'));
  const fields = withoutStillChoice(omit(base, strange?.output ?? []), over);
  const video = own(fields, 'video');
  if (isRecord(video))
    return { ...fields, video: omit(video, [...(strange?.video ?? []), ...(sheet ? tileFields : [])]) };
  // That a film has no picture says nothing of its poster.
  const kind = container && containerTable[container].kind;
  return kind === undefined || kind === 'film' || kind === 'sound' ? fields : omit(fields, ['video']);
}

/** One frame or many: `still.at` and `contactSheet` exclude each other. A png has no quality. */
function withoutStillChoice(base: Data, over: Data): Data {
  const still = own(base, 'still');
  const wanted = own(over, 'still');
  const idle = [
    ...(isRecord(own(over, 'contactSheet')) ? ['at'] : []),
    ...(own(over, 'container') === 'png' ? ['quality'] : []),
  ];
  const kept = isRecord(still) ? { ...base, still: omit(still, idle) } : base;
  return isRecord(wanted) && own(wanted, 'at') !== undefined ? omit(kept, ['contactSheet']) : kept;
}

function mergeObjects(base: Data, over: Data, path: string): Data {
  const merged: Record<string, unknown> = { ...withoutOverruled(base, over, path) };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = path === '' ? key : `${path}.${key}`;
    const inherited = own(merged, key);
    merged[key] =
      isRecord(inherited) && isRecord(value) && !whole.has(below)
        ? mergeObjects(inherited, value, below)
        : value;
  }
  return merged;
}

function withoutOverruled(base: Data, over: Data, path: string): Data {
  const sets = (field: string): boolean => own(over, field) !== undefined;
  const dropped = (overrulings[path] ?? []).filter(({ set }) => set.some(sets)).flatMap(({ drops }) => drops);
  if (path === 'video') dropped.push(...overruledVideo(base, over));
  return omit(base, dropped);
}

/** What the picture's settings take back beyond the fields that exclude each other. */
function overruledVideo(base: VideoPreset, over: VideoPreset): readonly string[] {
  // A copy has no settings, and whoever gives settings wants no copy.
  if (over.copy === true) return Object.keys(base);
  return [
    ...(Object.keys(over).some((field) => field !== 'copy') ? ['copy'] : []),
    // Two passes for a bit rate say nothing of two passes for a quality.
    ...((over.crf ?? over.targetQuality) !== undefined && (base.bitrate ?? base.targetSize) !== undefined
      ? ['passes']
      : []),
    ...overruledByEncoders(
      base,
      over.encoders?.map((encoder) => videoEncoderTable[encoder]),
    ),
  ];
}

/** A number on one codec's scale means something else on another's. */
function overruledByEncoders(base: VideoPreset, entries: readonly VideoEncoderEntry[] = []): string[] {
  const before = (base.encoders ?? []).map((encoder) => videoEncoderTable[encoder].codec);
  if (entries.length === 0 || entries.some(({ codec }) => before.includes(codec))) return [];
  const { pixelFormat } = base;
  const unrated = entries.every(({ rateModes }) => rateModes.length === 0);
  const strange =
    pixelFormat !== undefined && entries.every((entry) => entry.pixelFormats[pixelFormat] === undefined);
  return [
    ...['crf', 'profile', 'level', 'tune'],
    ...(unrated ? [...rateControls, 'maxBitrate', 'passes'] : []),
    ...(strange ? ['pixelFormat'] : []),
  ];
}

function omit(data: Data, keys: readonly string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)));
}

/** Names come from people: `constructor` is one like any other. */
function own(data: Data, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
