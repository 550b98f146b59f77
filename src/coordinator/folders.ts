import { outputsOf } from '../encoding/presetOutputs.ts';
import { isAbsolute, resolveDots } from '../encoding/pathText.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Output } from '../protocol/model.ts';
import { requireOwn } from './clientJobs.ts';
import type { Fleet } from './fleet.ts';
import type { JobBook } from './jobBook.ts';
import type { JobChange } from './jobChanges.ts';
import type { JobControl } from './jobControl.ts';
import { freeName, outputNaming, reservationOf } from './outputNames.ts';
import { reservationsOf } from './planner.ts';
import type { Recovery } from './recovery.ts';
import type { JobRecord, StoredJob } from './store/records.ts';

export interface FoldersOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly control: JobControl;
  readonly recovery: Recovery;
  readonly platform: string;
  /** Something may be begun now. */
  readonly wake: () => void;
}

/** Another folder for the results of a job, also of one that is verified and waits for its destination. */
export class Folders {
  readonly #options: FoldersOptions;

  constructor(options: FoldersOptions) {
    this.#options = options;
  }

  /** Throws `conflict` where all is in place, `request-invalid` for a folder that is not named whole. */
  async choose(id: string, named: string): Promise<StoredJob> {
    const { book, control, platform } = this.#options;
    const paths = platform === 'win32' ? 'win32' : 'posix';
    if (!isAbsolute(named, paths))
      throw new DffmpegError('request-invalid', `${named} is not the whole path of a folder.`, {
        hint: 'Name the folder from the root on.',
      });
    const folder = resolveDots(named, paths);
    const stored = await book.change(id, async (before) => {
      const { state } = before.job;
      requireOwn(before.job);
      if (state === 'done')
        throw new DffmpegError('conflict', `Job ${id} is done: its result has its place.`, {
          hint: 'Move the result itself.',
        });
      // What the folder is on now is right: a person has chosen it.
      return isEnded(state) ? { job: { folder } } : this.#renamed(before, folder);
    });
    if (isEnded(stored.job.state)) return control.retry(id);
    this.#tell(stored);
    return stored;
  }

  /** What is planned gets names there; what was granted before is granted anew when its worker asks. */
  async #renamed({ job: before, tasks }: StoredJob, folder: string): Promise<JobChange> {
    const job: JobRecord = { ...before, folder };
    const outputs: Output[] = [];
    for (const [index, output] of job.outputs.entries())
      outputs.push(await this.#named(job, output, index, outputs));
    const isNamed = outputs.some(({ path }) => path !== undefined);
    return {
      job: { folder, outputs, destinations: undefined },
      tasks: tasks.filter(({ state }) => state === 'waiting').map((task) => ({ ...task, notBefore: 0 })),
      reservations: isNamed ? reservationsOf(outputs, this.#options.platform) : undefined,
      durable: true,
    };
  }

  async #named(job: JobRecord, output: Output, index: number, earlier: readonly Output[]): Promise<Output> {
    const { book, platform } = this.#options;
    const preset = outputsOf(job.presetData)[index];
    if (output.state !== 'planned' || output.path === undefined || !preset) return output;
    const own = reservationsOf(earlier, platform).map(({ normalised }) => normalised);
    const { path } = await freeName(outputNaming(job, preset, platform), async (names) => [
      ...(await book.store.reserved(names, job.id)),
      ...names.filter((name) => own.includes(name)),
    ]);
    return { ...output, path: reservationOf(path, platform).path };
  }

  /** Where a result waits for the folder that it was granted. */
  #tell({ job, attempts }: StoredJob): void {
    const { fleet, recovery, wake } = this.#options;
    const attempt = attempts.find(({ state }) => state === 'running');
    const worker = attempt && fleet.get(attempt.workerId);
    if (attempt && worker && job.state === 'committing') {
      const { taskId, fence } = attempt;
      // Where the worker does not know it, it is an earlier daemon’s: the recovery brings it to its end.
      if (worker.attempt(attempt))
        worker.peer.request('task.redirect', { taskId, fence }).catch(() => undefined);
      else recovery.workerIsBack(worker);
    }
    wake();
  }
}
