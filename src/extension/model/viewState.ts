import type { ErrorCode, ErrorData } from '../../protocol/errors.ts';
import type { WorkerInfo } from '../../protocol/model.ts';

/** Values of the context key `dffmpeg.state`; each in which the Jobs view has no row has its welcome content in package.json. */
export const viewStates = [
  'loading',
  'untrusted',
  'noFfmpeg',
  'noNode',
  'daemonFailed',
  'empty',
  'ready',
] as const;
export type ViewState = (typeof viewStates)[number];

/** How this window stands with the daemon. `idle`: none is needed yet. */
export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string | undefined;
    };

export interface ViewFacts {
  readonly trusted: boolean;
  readonly link: LinkState;
  readonly workers: readonly WorkerInfo[];
  readonly jobs: number;
}

/** What stands in the way comes first; only then what there is to see. */
export function viewState({ trusted, link, workers, jobs }: ViewFacts): ViewState {
  if (!trusted) return 'untrusted';
  switch (link.kind) {
    case 'idle':
      return 'empty';
    case 'connecting':
      return 'loading';
    case 'failed':
      return link.code === 'node-missing' ? 'noNode' : 'daemonFailed';
    case 'ready':
      if (isFfmpegMissing(workers)) return 'noFfmpeg';
      return jobs === 0 ? 'empty' : 'ready';
  }
}

/** Whether this machine has no usable ffmpeg; while it is being looked for, nobody is alarmed. */
export function isFfmpegMissing(workers: readonly WorkerInfo[]): boolean {
  return missingFfmpeg(workers) !== undefined;
}

/** Why this machine has no usable ffmpeg, in its worker's words. */
export function missingFfmpeg(workers: readonly WorkerInfo[]): ErrorData | undefined {
  const local = workers.find((worker) => worker.local && worker.ffmpeg.state === 'missing');
  return local?.ffmpeg.state === 'missing' ? local.ffmpeg.error : undefined;
}
