import { randomUUID } from 'node:crypto';
import { ProgressLocation, window } from 'vscode';
import type { ClientMethods } from '../protocol/clientContract.ts';
import type { Params, Result } from '../protocol/contract.ts';
import type { DaemonSession } from './session/daemonSession.ts';

type InquiryMethod = 'jobs.preview' | 'media.check' | 'media.measure';
type Question<Method extends InquiryMethod> = Omit<Params<ClientMethods[Method]>, 'inquiryId'>;

/** Asks about files, with a notification that says how far it is and can be called off. Undefined: called off. */
export async function inquire<Method extends InquiryMethod>(
  session: DaemonSession,
  title: string,
  method: Method,
  question: Question<Method>,
): Promise<Result<ClientMethods[Method]> | undefined> {
  const inquiryId = randomUUID();
  const connection = await session.connection();
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const ended = new AbortController();
      token.onCancellationRequested(() => {
        ended.abort();
      });
      let shown = 0;
      const stopListening = connection.on('inquiry.progress', (now) => {
        if (now.inquiryId !== inquiryId) return;
        const percent = (now.fraction ?? 0) * 100;
        progress.report({
          increment: Math.max(0, percent - shown),
          ...(now.step === undefined ? {} : { message: now.step }),
        });
        shown = Math.max(shown, percent);
      });
      try {
        const params = { ...question, inquiryId } as unknown as Params<ClientMethods[Method]>;
        return await connection.request(method, params, { signal: ended.signal });
      } catch (thrown) {
        if (token.isCancellationRequested) return undefined;
        throw thrown;
      } finally {
        stopListening();
      }
    },
  );
}
