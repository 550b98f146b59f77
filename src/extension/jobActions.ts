import { env, window } from 'vscode';
import { toDffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Job } from '../protocol/model.ts';
import type { Batches } from './batches.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import type { LogDocuments } from './logDocument.ts';
import { toCommandLine } from '../encoding/commandLine.ts';
import type { JobBoard } from './model/jobBoard.ts';
import { canReplace, canUndo, hasFailedHooks, retryText } from '../protocol/jobResults.ts';
import { canPause, canResume, jobLabel, lastCommand, resultPath } from './model/jobPresentation.ts';
import type { Notifier } from './notifier.ts';
import { openFile, revealFile } from './revealFile.ts';
import { ensureTrusted } from './trust.ts';
import { isJobNode } from './views/jobNodes.ts';

export interface JobActionServices {
  readonly session: DaemonSession;
  readonly board: JobBoard;
  readonly batches: Batches;
  readonly logs: LogDocuments;
  readonly notifier: Notifier;
  /** What is selected in the Jobs view. */
  readonly selection: () => readonly unknown[];
}

/** What can be done with jobs that exist. Each takes what VS Code hands to a command of a tree: row, rows. */
export class JobActions {
  readonly #services: JobActionServices;

  constructor(services: JobActionServices) {
    this.#services = services;
  }

  async cancel(clicked: unknown, selected: unknown): Promise<void> {
    const jobs = await this.#jobs(clicked, selected);
    await this.#each(
      jobs.filter(({ state }) => !isEnded(state)),
      'jobs.cancel',
    );
  }

  async pause(clicked: unknown, selected: unknown): Promise<void> {
    await this.#each((await this.#jobs(clicked, selected)).filter(canPause), 'jobs.pause');
  }

  async resume(clicked: unknown, selected: unknown): Promise<void> {
    await this.#each((await this.#jobs(clicked, selected)).filter(canResume), 'jobs.resume');
  }

  /** What runs goes on. */
  async pauseQueue(paused: boolean): Promise<void> {
    if (!(await ensureTrusted())) return;
    const { board, session } = this.#services;
    const { counts } = await session.request(paused ? 'queue.pause' : 'queue.resume', {});
    board.applyCounts(counts);
  }

  async retry(clicked: unknown, selected: unknown): Promise<void> {
    await this.retryJobs(await this.#jobs(clicked, selected));
  }

  /** Gives sources their place back. */
  async undo(clicked: unknown, selected: unknown): Promise<void> {
    if (!(await ensureTrusted())) return;
    await this.#each((await this.#jobs(clicked, selected)).filter(canUndo), 'jobs.undo');
  }

  /** What was to happen after the end of jobs, and did not. */
  async retryHooks(clicked: unknown, selected: unknown): Promise<void> {
    if (!(await ensureTrusted())) return;
    await this.#each((await this.#jobs(clicked, selected)).filter(hasFailedHooks), 'jobs.retryHooks');
  }

  /** A person has looked at the results, and says so. */
  async replaceAnyway(clicked: unknown, selected: unknown): Promise<void> {
    if (!(await ensureTrusted())) return;
    const jobs = (await this.#jobs(clicked, selected)).filter(canReplace);
    const [first] = jobs;
    if (!first) return;
    const what =
      jobs.length === 1 ? `Replace ${jobLabel(first)} by its result?` : `Replace ${jobs.length} sources?`;
    const why = jobs.map((job) => job.replacement?.reason?.message).filter((each) => each !== undefined);
    const detail = [...new Set(why), 'The source is kept aside; “Undo Replace” brings it back.'].join('\n\n');
    const yes = 'Replace Anyway';
    if ((await window.showWarningMessage(what, { modal: true, detail }, yes)) !== yes) return;
    await this.#each(jobs, 'jobs.replace');
  }

  /** The retried jobs are a batch of their own: their end is told of. */
  async retryJobs(jobs: readonly Job[]): Promise<void> {
    if (!(await ensureTrusted())) return;
    const retryable = jobs.filter(({ state }) => state === 'failed' || state === 'cancelled');
    const retried = await this.#each(retryable, 'jobs.retry');
    this.#services.batches.add(retried);
    const { board } = this.#services;
    const told = retried.flatMap((id) => {
      const job = board.job(id);
      const text = job && retryText(job);
      return job === undefined || text === undefined ? [] : `${jobLabel(job)}: ${text}.`;
    });
    if (told.length > 0) void window.showInformationMessage(told.join(' '));
  }

  /** What is not in place yet goes there. */
  async chooseFolder(jobs: readonly Job[], folder: string): Promise<void> {
    this.#services.batches.add(
      await this.#ask(jobs, (id) => this.#services.session.request('jobs.chooseFolder', { id, folder })),
    );
  }

  async revealResult(clicked: unknown): Promise<void> {
    const [job] = await this.#jobs(clicked);
    const path = job && resultPath(job);
    if (path !== undefined) await revealFile(path);
  }

  async openResult(clicked: unknown): Promise<void> {
    const [job] = await this.#jobs(clicked);
    const path = job && resultPath(job);
    if (path !== undefined) await openFile(path);
  }

  async revealSource(clicked: unknown): Promise<void> {
    const [job] = await this.#jobs(clicked);
    if (job?.sources[0]) await revealFile(job.sources[0].path, 'put it back to encode it again');
  }

  async openLog(clicked: unknown): Promise<void> {
    const [job] = await this.#jobs(clicked);
    if (job) await this.#services.logs.open(job);
  }

  async copyCommand(clicked: unknown): Promise<void> {
    const [job] = await this.#jobs(clicked);
    const command = job && lastCommand(job);
    if (!command) return;
    await env.clipboard.writeText(toCommandLine(command, process.platform));
    window.setStatusBarMessage('ffmpeg command copied', 3000);
  }

  /** The one job that was meant. */
  async job(clicked: unknown): Promise<Job | undefined> {
    const [job] = await this.#jobs(clicked);
    return job;
  }

  /** The rows that were meant: all selected if the clicked one is among them; an id comes from the status page. */
  async #jobs(clicked: unknown, selected?: unknown): Promise<Job[]> {
    const { board, session, selection } = this.#services;
    const nodes: readonly unknown[] = Array.isArray(selected)
      ? selected
      : clicked === undefined
        ? selection()
        : [clicked];
    const ids = nodes.flatMap((node) => (typeof node === 'string' ? node : isJobNode(node) ? node.id : []));
    const jobs: Job[] = [];
    for (const id of ids) {
      // What the board knows is out of date where nobody follows it.
      const known = session.isFollowed ? board.job(id) : undefined;
      jobs.push(known ?? (await session.request('jobs.get', { id })).job);
    }
    return jobs;
  }

  async #each(
    jobs: readonly Job[],
    method: `jobs.${'cancel' | 'pause' | 'resume' | 'retry' | 'retryHooks' | 'undo' | 'replace'}`,
  ): Promise<string[]> {
    return this.#ask(jobs, (id) => this.#services.session.request(method, { id }));
  }

  /** The ids of those with which it went well; the first refusal of the others is shown. */
  async #ask(jobs: readonly Job[], ask: (id: string) => Promise<{ job: Job }>): Promise<string[]> {
    const { board, notifier } = this.#services;
    const answers = await Promise.allSettled(jobs.map(({ id }) => ask(id)));
    const refused = answers.find((answer) => answer.status === 'rejected');
    if (refused) notifier.showError(toDffmpegError(refused.reason));
    const changed = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.job : []));
    board.applyJobs(changed);
    return changed.map(({ id }) => id);
  }
}
