import { containerTable } from './containers.ts';
import { idleFields, strangeFields } from './outputFields.ts';
import type { Container } from './presetNames.ts';
import { rateControls } from './presetVideo.ts';

/**
 * What a preset says over what it inherits: objects are merged, everything else is replaced. Fields that exclude
 * each other are one choice: whoever makes it drops what was inherited of the others, so that
 * `{"extends": "web", "video": {"bitrate": "4M"}}` has no crf left.
 */

type Data = Readonly<Record<string, unknown>>;

/** Path of an object within an output → choices, each a list of the alternatives' fields. */
const choices: Readonly<Record<string, readonly (readonly (readonly string[])[])[]>> = {
  trim: [[['end'], ['duration']]],
  video: [
    rateControls.map((field) => [field]),
    [['frameRate'], ['maxFrameRate']],
    [
      ['width', 'height'],
      ['maxWidth', 'maxHeight'],
    ],
  ],
  'video.burnSubtitles': [[['file'], ['track', 'language']]],
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

/** What of `base` still means something under the container that `over` names. */
function inheritable(base: Data, over: Data): Data {
  const kept = withoutStillChoice(base, over);
  const container = own(over, 'container') as Container | undefined;
  if (container === undefined) return kept;
  const { kind } = containerTable[container];
  const before = own(base, 'container') as Container | undefined;
  const fields = omit(kept, idleFields[kind].output);
  const video = own(fields, 'video');
  if (video === false && kind !== 'film' && kind !== 'sound') return omit(fields, ['video']);
  if (!isRecord(video)) return fields;
  const kindBefore = before === undefined ? 'film' : containerTable[before].kind;
  return {
    ...fields,
    video: omit(video, [...idleFields[kind].video, ...strangeFields(kindBefore, kind)]),
  };
}

/** One frame or many: `still.at` and `contactSheet` exclude each other, `still.quality` goes with both. */
function withoutStillChoice(base: Data, over: Data): Data {
  const still = own(base, 'still');
  if (isRecord(own(over, 'contactSheet')) && isRecord(still)) return { ...base, still: omit(still, ['at']) };
  const wanted = own(over, 'still');
  return isRecord(wanted) && own(wanted, 'at') !== undefined ? omit(base, ['contactSheet']) : base;
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
  const dropped = (choices[path] ?? []).flatMap((alternatives) => {
    const chosen = alternatives.filter((fields) => fields.some(sets));
    return chosen.length === 0 ? [] : alternatives.filter((fields) => !chosen.includes(fields)).flat();
  });
  if (path !== 'video') return omit(base, dropped);
  // A copy has no settings, and whoever gives settings wants no copy.
  if (own(over, 'copy') === true) return {};
  if (Object.keys(over).some((field) => field !== 'copy')) dropped.push('copy');
  // Two passes belong to a bit rate or a size.
  if (sets('crf') || sets('targetQuality')) dropped.push('passes');
  return omit(base, dropped);
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
