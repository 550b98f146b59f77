import { wordsOf } from './extraArgumentValues.ts';
import type { ValueKind } from './extraArgumentValues.ts';

/** One option that may stand among a preset's extra arguments. */
export interface ExtraArgument {
  /** Without the dash and without a stream specifier. */
  readonly name: string;
  /** Missing: it takes no value. Every other takes exactly one, as the next element. */
  readonly value?: ValueKind;
  /** What may follow the name after a colon. `metadata`: also `g`, `c:0`, `p:0` and `s:` before a stream's. */
  readonly specifier: 'none' | 'stream' | 'metadata';
  /** The encoders or containers it is for; for people. */
  readonly for: string;
}

/** Options of codecs, which may each be meant for some streams alone: `-crf`, `-b:v`, `-aq-mode:v:0`. */
export function streamOptions(used: string, value: ValueKind, names: string): ExtraArgument[] {
  return wordsOf(names).map((name) => ({ name, value, specifier: 'stream', for: used }));
}

/** Options of the whole output. */
export function outputOptions(used: string, value: ValueKind | undefined, names: string): ExtraArgument[] {
  return wordsOf(names).map((name) => ({ name, value, specifier: 'none', for: used }));
}
