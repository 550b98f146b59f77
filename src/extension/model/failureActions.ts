import type { ErrorCode } from '../../protocol/errors.ts';
import type { Job } from '../../protocol/model.ts';

/** What a person can do about a job that failed, each a button. */
export const failureActions = {
  'install-ffmpeg': 'Install ffmpeg…',
  'choose-folder': 'Choose Folder…',
  'choose-preset': 'Choose Preset…',
  'edit-preset': 'Edit Preset',
  'check-file': 'Check File',
  'reveal-source': 'Reveal Source',
  'show-daemon-log': 'Show Daemon Log',
  retry: 'Retry',
  'show-log': 'Show Log',
} as const;
export type FailureAction = keyof typeof failureActions;

const notTheirs = ['retry', 'show-log'] as const;
const ofThePreset = ['edit-preset', 'choose-preset', 'show-log'] as const;
const ofTheDestination = ['choose-folder', 'retry', 'show-log'] as const;

/** By what went wrong, the likeliest help first; a message shows three. Every code must have its own. */
const helpful: Readonly<Record<ErrorCode, readonly FailureAction[]>> = {
  'source-missing': ['retry', 'reveal-source', 'show-log'],
  'source-unreadable': ['reveal-source', 'retry', 'show-log'],
  'source-not-media': ['check-file', 'reveal-source', 'show-log'],
  'source-damaged': ['check-file', 'retry', 'show-log'],
  'source-changed': ['retry', 'reveal-source', 'show-log'],
  'source-no-stream': ['choose-preset', 'check-file', 'show-log'],
  'preset-invalid': ofThePreset,
  'preset-unknown': ofThePreset,
  'encoder-unavailable': ['choose-preset', 'edit-preset', 'install-ffmpeg', 'show-log'],
  'ffmpeg-lacks': ['choose-preset', 'install-ffmpeg', 'show-log'],
  'asset-unusable': ['edit-preset', 'retry', 'show-log'],
  'template-invalid': ['choose-folder', 'show-log'],
  'request-invalid': ['choose-preset', 'show-log'],
  'destination-missing': ofTheDestination,
  'destination-unwritable': ofTheDestination,
  'destination-full': ofTheDestination,
  'destination-away': ofTheDestination,
  'ffmpeg-missing': ['install-ffmpeg', 'retry', 'show-log'],
  'ffmpeg-failed': ['show-log', 'retry', 'choose-preset'],
  'ffmpeg-killed': notTheirs,
  'scratch-full': notTheirs,
  'result-damaged': ['retry', 'check-file', 'show-log'],
  'hook-failed': ['show-log'],
  'worker-lost': notTheirs,
  'store-unavailable': ['retry', 'show-daemon-log'],
  disconnected: notTheirs,
  'transfer-damaged': notTheirs,
  'source-in-use': notTheirs,
  'mount-unavailable': notTheirs,
  timeout: notTheirs,
  'slots-busy': notTheirs,
  paused: notTheirs,
  cancelled: notTheirs,
  'not-found': notTheirs,
  conflict: notTheirs,
  'fence-void': notTheirs,
  unauthorized: notTheirs,
  forbidden: notTheirs,
  'keys-unreadable': ['show-daemon-log', 'retry'],
  'version-mismatch': ['show-daemon-log', 'retry'],
  'unknown-method': ['show-daemon-log', 'retry'],
  'invalid-params': ['show-daemon-log', 'retry'],
  'invalid-result': ['show-daemon-log', 'retry'],
  'invalid-frame': ['show-daemon-log', 'retry'],
  'daemon-unavailable': ['show-daemon-log', 'retry'],
  'node-missing': ['show-daemon-log', 'retry'],
  internal: ['show-log', 'show-daemon-log', 'retry'],
};

/** Of several failures: what helps with the first, as far as it helps with all. */
export function actionsForAll(codes: readonly (ErrorCode | undefined)[]): readonly FailureAction[] {
  const [first = [], ...more] = codes.map(actionsFor);
  const shared = first.filter((action) => more.every((actions) => actions.includes(action)));
  return shared.length > 0 ? shared : notTheirs;
}

/** Of one job, that failed or waits for its destination: only what has failed can be retried. */
export function helpFor({ state, reason }: Pick<Job, 'state' | 'reason'>): readonly FailureAction[] {
  return actionsFor(reason?.code).filter((action) => action !== 'retry' || state === 'failed');
}

export function actionsFor(code: ErrorCode | undefined): readonly FailureAction[] {
  return code === undefined ? notTheirs : helpful[code];
}
