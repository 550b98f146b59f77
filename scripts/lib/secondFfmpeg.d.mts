export type SecondFfmpeg =
  | { readonly path: string; readonly version: string }
  /** There is none, and why: a sentence to print. */
  | { readonly path: undefined; readonly reason: string };

export function secondFfmpeg(options?: { env?: NodeJS.ProcessEnv; cache?: string }): Promise<SecondFfmpeg>;
