import type { InquiryProgress } from '../protocol/inquiry.ts';
import type { CapabilityProver } from './capabilities.ts';
import type { RunPlace } from './runCommand.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** What an inquiry may use: made by the worker for each. */
export interface InquiryContext {
  readonly prover: CapabilityProver;
  readonly settings: WorkerSettings;
  /** A folder of its own, empty, gone when the inquiry has ended. */
  readonly directory: string;
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
  progress(progress: Omit<InquiryProgress, 'inquiryId'>): void;
}

/** For ffmpegs of an inquiry: nobody’s job waits for them, so that they give way to all that is encoded. */
export function inquiryPlace(
  { prover, settings, signal }: InquiryContext,
  directory: string,
  started: (command: Parameters<RunPlace['started']>[0]) => void = () => undefined,
): RunPlace {
  return {
    directory,
    binary: prover.tools.ffmpeg.path,
    lowPriority: true,
    settings,
    signal,
    log: () => undefined,
    started,
  };
}
