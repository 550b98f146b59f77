import { ProgressLocation, window } from 'vscode';
import { inquire, type InquiryMethod } from '../client/inquire.ts';
import type { ClientMethods } from '../protocol/clientContract.ts';
import type { Params, Result } from '../protocol/contract.ts';
import type { DaemonSession } from './session/daemonSession.ts';

/** Asks about files, with a notification that says how far it is and can be called off. Undefined: called off. */
export async function inquireVisibly<Method extends InquiryMethod>(
  session: DaemonSession,
  title: string,
  method: Method,
  question: Omit<Params<ClientMethods[Method]>, 'inquiryId'>,
): Promise<Result<ClientMethods[Method]> | undefined> {
  const connection = await session.connection();
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const ended = new AbortController();
      token.onCancellationRequested(() => {
        ended.abort();
      });
      let shown = 0;
      try {
        return await inquire(connection, method, question, {
          signal: ended.signal,
          onProgress: ({ fraction = 0, step }) => {
            const percent = fraction * 100;
            progress.report({
              increment: Math.max(0, percent - shown),
              ...(step === undefined ? {} : { message: step }),
            });
            shown = Math.max(shown, percent);
          },
        });
      } catch (thrown) {
        if (token.isCancellationRequested) return undefined;
        throw thrown;
      }
    },
  );
}
