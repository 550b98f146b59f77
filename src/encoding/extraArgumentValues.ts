import { nearestName } from './nearestName.ts';
import { printable } from './printable.ts';

/** Why something a person wrote is not taken, and what to do about it: one sentence each. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
}

/** What may stand behind an option. None of these can be a path, a URL or an expression that ffmpeg evaluates. */
export interface ValueKind {
  /** Goes on after “it takes …”. */
  readonly takes: string;
  /** A value that is taken. */
  readonly example: string;
  /** A name that was probably meant. */
  readonly near?: (value: string) => string | undefined;
  /** `owner` is what the value belongs to, as it was written: an option or a parameter. */
  readonly fault: (value: string, owner: string) => Fault | undefined;
}

/** Text of a person inside a sentence: short, in quotes, without what a terminal would obey. */
export function quoted(text: string): string {
  const letters = [...printable(text)];
  return `“${letters.length > 60 ? `${letters.slice(0, 60).join('')}…` : letters.join('')}”`;
}

/** Words divided by white space. */
export function wordsOf(text: string): string[] {
  return text.trim().split(/\s+/);
}

function kind(
  takes: string,
  example: string,
  accepts: (value: string) => boolean,
  near?: (value: string) => string | undefined,
): ValueKind {
  const fault = (value: string, owner: string): Fault | undefined => {
    if (accepts(value)) return undefined;
    const meant = near?.(value);
    return {
      message: `${quoted(owner)} takes ${takes}, not ${quoted(value)}.`,
      hint:
        meant === undefined
          ? `Change the value, for example to “${example}”, or leave ${quoted(owner)} out.`
          : `Did you mean “${meant}”?`,
    };
  };
  return { takes, example, near, fault };
}

/** Plain decimal notation alone: ffmpeg itself would evaluate `while(1,1)`. */
export function number(min: number, max: number, example = inside(min, max)): ValueKind {
  const accepts = (value: string) => /^-?\d{1,10}(?:\.\d{1,6})?$/.test(value) && between(value, min, max);
  return kind(`a number from ${min} to ${max}`, String(example), accepts);
}

export function integer(min: number, max: number, example = inside(min, max)): ValueKind {
  const accepts = (value: string) => /^-?\d{1,10}$/.test(value) && between(value, min, max);
  return kind(`a whole number from ${min} to ${max}`, String(example), accepts);
}

function inside(min: number, max: number): number {
  return Math.max(min, Math.min(1, max));
}

function between(value: string, min: number, max: number): boolean {
  return Number(value) >= min && Number(value) <= max;
}

export function oneOf(names: string): ValueKind {
  const known = wordsOf(names);
  return kind(
    known.length === 1 ? `only ${known[0]}` : `one of ${known.join(', ')}`,
    known[0] ?? '',
    (value) => known.includes(value),
    (value) => nearestName(value, known),
  );
}

/** Several of them, divided by commas. */
export function someOf(names: string): ValueKind {
  const known = wordsOf(names);
  return kind(
    `one or several of ${known.join(', ')}, divided by “,”`,
    known[0] ?? '',
    (value) => value.split(',').every((name) => known.includes(name)),
    (value) => nearestName(value, known),
  );
}

/** `a+b` sets just these, `+a-b` changes the default. */
export function flags(names: string): ValueKind {
  const known = wordsOf(names);
  return {
    takes: `flags, as +${known[0]}, of ${known.join(', ')}`,
    example: `+${known[0]}`,
    fault: (value, owner) => {
      const form = /^[+-]?\w+(?:[+-]\w+)*$/.test(value);
      const unknown = value.split(/[+-]/).find((name) => name !== '' && !known.includes(name));
      if (form && unknown === undefined) return undefined;
      const near = nearestName(unknown ?? '', known);
      return {
        message: form
          ? `${quoted(owner)} may not be given the flag ${quoted(unknown ?? '')}.`
          : `${quoted(owner)} takes flags, as +${known[0]}, not ${quoted(value)}.`,
        hint: near === undefined ? `Choose of ${known.join(', ')}.` : `Did you mean “${near}”?`,
      };
    },
  };
}

export function matching(takes: string, example: string, pattern: RegExp): ValueKind {
  return kind(takes, example, (value) => pattern.test(value));
}

export function either(...kinds: [ValueKind, ...ValueKind[]]): ValueKind {
  return kind(
    kinds.map((one) => one.takes).join(', or '),
    kinds[0].example,
    (value) => kinds.some((one) => one.fault(value, '') === undefined),
    (value) => kinds.map((one) => one.near?.(value)).find((near) => near !== undefined),
  );
}

export const toggle = oneOf('1 0 true false auto');

/** Bits per second, or bits. */
export const rate = matching('a rate such as 2500k or 4M', '2500k', /^\d{1,9}(?:\.\d{1,3})?[kKMG]?$/);

/** A name out of an encoder's own vocabulary, which grows with its versions: no separator of paths, lists or URLs. */
export const word = matching(
  'a word of letters, digits, dots, dashes and underscores',
  'main',
  /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,39}$/,
);

/** `count` decimal numbers or fewer, divided by a letter of `separators`. */
export function numbers(count: number, separators: string): ValueKind {
  const one = '-?\\d{1,5}(?:\\.\\d{1,4})?';
  const pattern = new RegExp(`^${one}(?:[${separators}]${one}){0,${count - 1}}$`);
  return matching(
    `up to ${count} numbers divided by “${separators[0]}”`,
    Array.from({ length: count }, () => '1').join(separators[0]),
    pattern,
  );
}

/** The text reaches ffmpeg as one element and stands in the result's tags: nothing else reads it. */
export const tag: ValueKind = kind(
  'a tag as name=text, the text of up to 1000 letters',
  'title=My film',
  (value) => /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}=.{0,1000}$/su.test(value),
);

export const fourcc = matching('four letters, such as hvc1', 'hvc1', /^[A-Za-z0-9]{4}$/);

/** Block sizes that x264 considers. */
export const partitions = matching(
  'sizes such as p8x8,i4x4, or all, or none',
  'p8x8,i4x4',
  /^[a-z]\w{2,3}(?:,[a-z]\w{2,3}){0,5}$/,
);
