/** Why something cannot be done as asked. `code` is a key of the error table in src/protocol/errors.ts. */
export interface Problem {
  readonly code:
    | 'encoder-unavailable'
    | 'ffmpeg-lacks'
    | 'preset-invalid'
    | 'preset-unknown'
    | 'source-no-stream'
    | 'source-not-media'
    | 'template-invalid';
  /** What is wrong, one sentence, for a person. */
  readonly message: string;
  /** What to do next, one sentence. */
  readonly hint: string;
  /** The field of the preset that is at fault, from the preset's root: where an editor draws its line. */
  readonly path?: readonly (string | number)[];
}

export type Outcome<T> = ({ readonly ok: true } & T) | Refusal;
export interface Refusal {
  readonly ok: false;
  readonly problem: Problem;
}

export function refuse(
  code: Problem['code'],
  message: string,
  hint: string,
  path?: Problem['path'],
): Refusal {
  return { ok: false, problem: { code, message, hint, ...(path === undefined ? {} : { path }) } };
}

/** The same refusal, its path below `prefix`: a part of a preset does not know where it stands. */
export function within(refusal: Refusal, ...prefix: (string | number)[]): Refusal {
  const { problem } = refusal;
  return { ok: false, problem: { ...problem, path: [...prefix, ...(problem.path ?? [])] } };
}
