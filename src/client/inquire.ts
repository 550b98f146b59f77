import { randomBytes } from 'node:crypto';
import type { ClientMethods } from '../protocol/clientContract.ts';
import type { Params, Result } from '../protocol/contract.ts';
import type { InquiryProgress } from '../protocol/inquiry.ts';
import type { DaemonConnection } from './connection.ts';

export type InquiryMethod = 'jobs.preview' | 'media.check' | 'media.measure';

export interface InquiryOptions {
  /** Ends it here and in the worker; it then rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Omit<InquiryProgress, 'inquiryId'>) => void) | undefined;
}

/** Asks about files and hears how far the answer is. Takes seconds to minutes. */
export async function inquire<K extends InquiryMethod>(
  daemon: Pick<DaemonConnection, 'request' | 'on'>,
  method: K,
  params: Omit<Params<ClientMethods[K]>, 'inquiryId'>,
  { signal, onProgress }: InquiryOptions = {},
): Promise<Result<ClientMethods[K]>> {
  const inquiryId = randomBytes(12).toString('hex');
  const stop = daemon.on('inquiry.progress', ({ inquiryId: id, ...progress }) => {
    if (id === inquiryId) onProgress?.(progress);
  });
  try {
    // What was left out is back in: TypeScript cannot say so of a generic type.
    const whole = { ...params, inquiryId } as unknown as Params<ClientMethods[K]>;
    return await daemon.request(method, whole, { signal });
  } finally {
    stop();
  }
}
