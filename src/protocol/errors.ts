/**
 * Every error that a person or a neighbour process can meet, by code. The class decides what the queue does:
 * `source`, `request` fail the job at once; `destination` keeps the result and waits for a person;
 * `environment` counts against the worker; `transient` is retried; `busy` counts nothing; `cancelled` was
 * asked for; `protocol` never reaches a job.
 */
export type ErrorClass =
  'source' | 'request' | 'destination' | 'environment' | 'transient' | 'busy' | 'cancelled' | 'protocol';

export const errorTable = {
  'source-missing': 'source',
  'source-unreadable': 'source',
  'source-not-media': 'source',
  'source-damaged': 'source',
  'source-changed': 'source',
  'source-no-stream': 'source',
  'preset-invalid': 'request',
  'preset-unknown': 'request',
  'encoder-unavailable': 'request',
  'ffmpeg-lacks': 'request',
  'asset-unusable': 'request',
  'template-invalid': 'request',
  'request-invalid': 'request',
  'destination-missing': 'destination',
  'destination-unwritable': 'destination',
  'destination-full': 'destination',
  'destination-away': 'destination',
  'ffmpeg-missing': 'environment',
  'ffmpeg-failed': 'environment',
  'ffmpeg-killed': 'environment',
  'scratch-full': 'environment',
  'result-damaged': 'environment',
  'hook-failed': 'environment',
  'worker-lost': 'transient',
  'store-unavailable': 'transient',
  disconnected: 'transient',
  'transfer-damaged': 'transient',
  'source-in-use': 'transient',
  'mount-unavailable': 'transient',
  timeout: 'transient',
  'slots-busy': 'busy',
  paused: 'busy',
  cancelled: 'cancelled',
  'not-found': 'protocol',
  conflict: 'protocol',
  'fence-void': 'protocol',
  unauthorized: 'protocol',
  forbidden: 'protocol',
  'keys-unreadable': 'protocol',
  'version-mismatch': 'protocol',
  'unknown-method': 'protocol',
  'invalid-params': 'protocol',
  'invalid-result': 'protocol',
  'invalid-frame': 'protocol',
  'daemon-unavailable': 'protocol',
  'node-missing': 'protocol',
  internal: 'protocol',
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/** What crosses a channel or is stored: no stack, no cause. */
export interface ErrorData {
  code: ErrorCode;
  /** What happened, one sentence, for a person. */
  message: string;
  /** What to do next, one sentence. */
  hint?: string | undefined;
}

/** The one error class of the project: told apart by `code`, never by text. */
export class DffmpegError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'DffmpegError';
    this.code = code;
    this.hint = options.hint;
  }

  get class(): ErrorClass {
    return errorTable[this.code];
  }

  toData(): ErrorData {
    return this.hint === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, hint: this.hint };
  }

  static from(data: ErrorData, cause?: unknown): DffmpegError {
    return new DffmpegError(data.code, data.message, { hint: data.hint, cause });
  }
}

/** Turns whatever was thrown into a `DffmpegError`; aborts become `cancelled`, the rest `fallback`. */
export function toDffmpegError(thrown: unknown, fallback: ErrorCode = 'internal'): DffmpegError {
  if (thrown instanceof DffmpegError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new DffmpegError('cancelled', 'The operation was cancelled.', { cause: thrown });
  return new DffmpegError(fallback, thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}
