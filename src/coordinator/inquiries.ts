import type { ClientMethods } from '../protocol/clientContract.ts';
import type { Handlers } from '../protocol/contract.ts';
import type { InquiryProgress } from '../protocol/inquiry.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import { askerOf, inquiryWorker, type AskWorker } from './inquiryWorker.ts';
import type { JobControl } from './jobControl.ts';
import { madeBy } from './madeBy.ts';
import { previewJob } from './previewJob.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Store } from './store.ts';

export interface InquiriesOptions {
  readonly fleet: Fleet;
  readonly store: Pick<Store, 'reserved'>;
  readonly control: Pick<JobControl, 'find'>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: Pick<QueueSettings, 'inquiryWaitMs'>;
  readonly platform: string;
}

export type InquiryHandlers = Pick<Handlers<ClientMethods>, 'jobs.preview' | 'media.check' | 'media.measure'>;

type Tell = (progress: InquiryProgress) => void;

/** What clients ask about files: handed to a worker, answered with what it says. Nothing of it is stored. */
export class Inquiries {
  readonly #options: InquiriesOptions;
  /** By the id that the worker knows: two clients may have chosen the same. */
  readonly #tellers = new Map<string, Tell>();

  constructor(options: InquiriesOptions) {
    this.#options = options;
  }

  /** Of one client; `tell` gets the progress of its own inquiries. */
  handlers(tell: Tell): InquiryHandlers {
    const { control } = this.#options;
    return {
      'jobs.preview': ({ inquiryId, ...asked }, { signal }) =>
        this.#run(inquiryId, tell, signal, (ask) => previewJob(asked, ask, this.#options)),
      'media.check': ({ inquiryId, path, thorough }, { signal }) =>
        this.#run(inquiryId, tell, signal, (ask) => ask('media.check', { path, thorough })),
      'media.measure': async ({ inquiryId, metrics, of }, { signal }) => {
        const files = 'jobId' in of ? madeBy(await control.find(of.jobId), of.output) : of;
        return this.#run(inquiryId, tell, signal, (ask) => ask('media.measure', { metrics, ...files }));
      },
    };
  }

  /** Progress from a worker; of an inquiry that has ended meanwhile it is dropped. */
  heard(progress: InquiryProgress): void {
    this.#tellers.get(progress.inquiryId)?.(progress);
  }

  async #run<T>(
    inquiryId: string,
    tell: Tell,
    signal: AbortSignal,
    work: (ask: AskWorker) => Promise<T>,
  ): Promise<T> {
    const { fleet, newId } = this.#options;
    const worker = await inquiryWorker(fleet, this.#options, signal);
    const id = newId();
    this.#tellers.set(id, (progress) => {
      tell({ ...progress, inquiryId });
    });
    try {
      return await work(askerOf(worker, id, signal));
    } finally {
      this.#tellers.delete(id);
    }
  }
}
