import { readClientSettings } from '../../client/clientSettings.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { stopSignals } from '../encode/stopSignals.ts';
import { exitCodes } from '../exitCodes.ts';
import { InquiryView } from './inquiryView.ts';

export interface Asking {
  readonly daemon: DaemonConnection;
  readonly view: InquiryView;
  /** Aborted by the first Ctrl+C: whatever runs for the answer ends with the question. */
  readonly signal: AbortSignal;
}

/** Asks the daemon about files, with a progress line; Ctrl+C calls it off. */
export async function withInquiries(
  invocation: Invocation,
  ask: (asking: Asking) => Promise<number>,
): Promise<number> {
  const { io } = invocation;
  const { plainProgressSeconds } = await readClientSettings(invocation.stateDir, io.env);
  const stop = stopSignals(io, exitCodes.cancelled);
  const view = new InquiryView(invocation, plainProgressSeconds * 1000);
  try {
    const { signal } = stop;
    return await withDaemon(invocation, (daemon) => ask({ daemon, view, signal }), { signal });
  } catch (thrown) {
    throw stop.signal.aborted ? new DffmpegError('cancelled', 'Cancelled.', { cause: thrown }) : thrown;
  } finally {
    view.clear();
    stop.release();
  }
}
