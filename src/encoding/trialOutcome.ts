/** How a trial run ended, and what that says of the ffmpeg that ran. */

export interface TrialRun {
  /** `null` when it was ended by a signal or never began. */
  readonly code: number | null;
  readonly stderr: string;
  readonly signal?: string | null | undefined;
  readonly timedOut?: boolean | undefined;
  /** The system's name of the reason. */
  readonly failedToStart?: string | undefined;
}

export type TrialOutcome =
  { readonly worked: true } | { readonly worked: false; readonly refusal: string; readonly holds: Validity };

/**
 * How far it holds. `binary`: what it was asked for is not compiled in. `process`: it was refused, by a driver, device
 * or font that may be another at the next start. `while`: it did not end in time, and may not soon either. `moment`: it was
 * killed, or could not be begun.
 */
export type Validity = 'binary' | 'process' | 'while' | 'moment';

/** Nothing was found: the run was cut short. */
export function isCutShort(holds: Validity): boolean {
  return holds === 'while' || holds === 'moment';
}

/** Exit code 0 is not enough: some wishes ffmpeg passes over with a warning. */
const passedOver = /has not been used for any stream|auto-selecting format/u;

const notCompiledIn =
  /Unknown encoder|Unrecognized option|Option '\S+' not found|Undefined constant|No such filter|not a suitable output format|Unable to find a suitable output format/u;

const refusalLines = 4;

export function trialOutcome(run: TrialRun): TrialOutcome {
  const { code, stderr, timedOut = false, signal = null, failedToStart } = run;
  if (timedOut) return { worked: false, refusal: 'The trial did not end in time.', holds: 'while' };
  if (code === 0 && !passedOver.test(stderr)) return { worked: true };
  const cut = code === null || signal !== null || failedToStart !== undefined;
  return {
    worked: false,
    refusal: whyOf(stderr) || `ffmpeg ended with ${signal ?? failedToStart ?? `exit code ${code ?? '?'}`}.`,
    holds: cut ? 'moment' : notCompiledIn.test(stderr) || code === 0 ? 'binary' : 'process',
  };
}

/** What ffmpeg says after the part that failed has said why. */
const afterwards =
  /Task finished with error|Terminating thread|Nothing was written into|Could not open encoder before EOF|Error (?:while )?(?:opening|initializing|selecting|sending|splitting|processing|filtering)|Failed to inject|Conversion failed|Last message repeated/u;

function whyOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => !afterwards.test(line));
  return (telling.length > 0 ? telling : lines)
    .slice(0, refusalLines)
    .map((line) => line.slice(0, 300))
    .join('\n');
}
