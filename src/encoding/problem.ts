/** Why something cannot be done as asked. `code` is a key of the error table in src/protocol/errors.ts. */
export interface Problem {
  readonly code:
    | 'encoder-unavailable'
    | 'preset-invalid'
    | 'preset-unknown'
    | 'source-no-stream'
    | 'source-not-media'
    | 'template-invalid';
  /** What is wrong, one sentence, for a person. */
  readonly message: string;
  /** What to do next, one sentence. */
  readonly hint: string;
}

export type Outcome<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: Problem };

export function refuse(
  code: Problem['code'],
  message: string,
  hint: string,
): { ok: false; problem: Problem } {
  return { ok: false, problem: { code, message, hint } };
}
