import { randomUUID } from 'node:crypto';
import { FileType, ProgressLocation, Uri, window, workspace } from 'vscode';
import { andMore } from '../encoding/formatting.ts';
import { mediaExtensions } from '../encoding/mediaExtensions.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { Job, OnSuccess, PresetSnapshot } from '../protocol/model.ts';
import type { Batches } from './batches.ts';
import { choosePreset } from './choosePreset.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import type { JobBoard } from './model/jobBoard.ts';
import { leftOutText } from './model/leftOutText.ts';
import type { Presets } from './presets.ts';
import { readOutputTemplate, section } from './settings.ts';
import { ensureTrusted } from './trust.ts';

/** Submits in flight at once: many small answers, none waits for the one before. */
const parallelSubmits = 16;

export interface EncodeOptions {
  /** `ask`: a person chooses; `current`: the one last used, else the default; else a preset's name. */
  readonly preset: 'ask' | 'current' | { readonly name: string };
  /** `replace`: after one more question. */
  readonly onSuccess?: OnSuccess;
}

export interface EncodeServices {
  readonly session: DaemonSession;
  readonly board: JobBoard;
  readonly presets: Presets;
  readonly batches: Batches;
  /** Told of what was submitted, to show it. */
  readonly onSubmitted: (jobs: readonly Job[]) => void;
  readonly showError: (error: DffmpegError, retry?: () => void) => void;
}

/** What to submit. Its id is kept when it is tried again: what was stored already is not stored twice. */
interface Submission {
  readonly submissionId: string;
  /** One; several are joined. */
  readonly files: readonly [Uri, ...Uri[]];
  readonly preset: PresetSnapshot;
  readonly onSuccess?: OnSuccess | undefined;
}

/** What a person is asked about. */
interface Found {
  readonly count: number;
  /** Those that were chosen and scanned. */
  readonly folders: readonly Uri[];
  readonly leftOut: string | undefined;
}

/** From a click to jobs in the queue. */
export class EncodeFiles {
  readonly #services: EncodeServices;

  constructor(services: EncodeServices) {
    this.#services = services;
  }

  /** `targets`: files and folders; none: a dialog asks. */
  async run(targets: readonly Uri[], options: EncodeOptions): Promise<void> {
    if (!(await ensureTrusted())) return;
    try {
      const asked = targets.length > 0 ? targets : await askForFiles();
      const chosen = leaveOutVirtual(asked);
      if (chosen.length > 0) await this.#encode(chosen, options);
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      if (error.code === 'cancelled') return;
      this.#services.showError(error, () => void this.run(targets, options));
    }
  }

  /** The files, in the order of their names, one after the other in one result. */
  async join(targets: readonly Uri[]): Promise<void> {
    if (!(await ensureTrusted())) return;
    const { presets } = this.#services;
    const [first, ...more] = leaveOutVirtual(targets).toSorted((a, b) =>
      a.path.localeCompare(b.path, undefined, { numeric: true }),
    );
    if (!first || more.length === 0) {
      void window.showInformationMessage('Select two files or more in the Explorer to join them.');
      return;
    }
    await presets.ready();
    const name = await choosePreset(presets.list(first), {
      title: `Join ${more.length + 1} files, ${nameOf([first])} first`,
      lastUsed: presets.lastUsed,
      defaultName: presets.defaultName(first),
    });
    const preset = name === undefined ? undefined : presets.resolve(name, first);
    if (preset) await this.#submit([{ submissionId: randomUUID(), files: [first, ...more], preset }]);
  }

  /** The same sources once more, with another preset. Jobs of their own: those that failed stay as they are. */
  async again(jobs: readonly Job[], preset: PresetSnapshot): Promise<void> {
    const work = jobs.flatMap(({ sources }): Submission[] => {
      const [first, ...more] = sources.map(({ path }) => Uri.file(path));
      return first ? [{ submissionId: randomUUID(), files: [first, ...more], preset }] : [];
    });
    await this.#submit(work);
  }

  async #encode(chosen: readonly Uri[], options: EncodeOptions): Promise<void> {
    const { presets } = this.#services;
    const folders = await foldersAmong(chosen);
    const { files, leftOut } =
      folders.length > 0 ? await this.#scan(chosen) : { files: chosen, leftOut: undefined };
    const [first] = files;
    if (!first) {
      const sentence = `${nameOf(chosen)} holds no media files to encode.`;
      void window.showInformationMessage([sentence, leftOut].filter(Boolean).join(' '));
      return;
    }
    await presets.ready();
    const name = await this.#presetName(first, { count: files.length, folders, leftOut }, options);
    if (name === undefined) return;
    const snapshots = new Map<string, PresetSnapshot | undefined>();
    const work: Submission[] = [];
    for (const file of files) {
      const folder = workspace.getWorkspaceFolder(file)?.uri.toString() ?? '';
      if (!snapshots.has(folder)) snapshots.set(folder, presets.resolve(name, file));
      const preset = snapshots.get(folder);
      if (preset)
        work.push({ submissionId: randomUUID(), files: [file], preset, onSuccess: options.onSuccess });
    }
    if (work.length === 0) return;
    if (options.onSuccess === 'replace' && !(await askToReplace(files, name))) return;
    if (options.preset !== 'current') await presets.remember(name);
    await this.#submit(work);
  }

  /** At most one question: which preset, or whether so many files are meant. Undefined: called off. */
  async #presetName(
    first: Uri,
    { count, folders, leftOut }: Found,
    { preset }: EncodeOptions,
  ): Promise<string | undefined> {
    const { presets } = this.#services;
    const where = folders.length > 0 ? ` in ${nameOf(folders)}` : '';
    const what = `${count === 1 ? '1 file' : `${count} files`}${where}`;
    if (preset === 'ask')
      return choosePreset(presets.list(first), {
        title: count === 1 && folders.length === 0 ? `Encode ${nameOf([first])}` : `Encode ${what}`,
        lastUsed: presets.lastUsed,
        defaultName: presets.defaultName(first),
      });
    const name = preset === 'current' ? presets.currentName(first) : preset.name;
    if (folders.length === 0) return name;
    const yes = `Encode ${count === 1 ? '1 File' : `${count} Files`}`;
    const answer = await window.showInformationMessage(
      `Encode ${what} with ${name}?`,
      { modal: true, ...(leftOut === undefined ? {} : { detail: leftOut }) },
      yes,
    );
    return answer === yes ? name : undefined;
  }

  async #scan(chosen: readonly Uri[]): Promise<{ files: Uri[]; leftOut: string | undefined }> {
    const { session } = this.#services;
    const paths = chosen.map(({ fsPath }) => fsPath);
    const { files, skipped } = await window.withProgress(
      { location: ProgressLocation.Window, title: 'DFFmpeg looks for media files' },
      () => session.request('sources.scan', { paths }),
    );
    return { files: files.map(({ path }) => Uri.file(path)), leftOut: leftOutText(skipped) };
  }

  async #submit(work: readonly Submission[]): Promise<void> {
    const { session, board, batches, onSubmitted, showError } = this.#services;
    const jobs: Job[] = [];
    const refused: { error: DffmpegError; item: Submission }[] = [];
    const queue = work.values();
    const submitOneByOne = async (): Promise<void> => {
      for (const item of queue) {
        try {
          const { job } = await session.request('jobs.submit', {
            submissionId: item.submissionId,
            sources: item.files.map(({ fsPath }) => fsPath),
            preset: item.preset,
            onSuccess: item.onSuccess,
            output: readOutputTemplate(workspace.getConfiguration(section, item.files[0])),
          });
          board.applyJobs([job]);
          jobs.push(job);
        } catch (thrown) {
          refused.push({ error: toDffmpegError(thrown), item });
        }
      }
    };
    await window.withProgress({ location: { viewId: 'dffmpeg.jobs' } }, () =>
      Promise.all(Array.from({ length: Math.min(parallelSubmits, work.length) }, submitOneByOne)),
    );
    if (jobs.length > 0) onSubmitted(jobs);
    batches.add(jobs.map(({ id }) => id));
    const [firstRefused] = refused;
    if (firstRefused) showError(firstRefused.error, () => void this.#submit(refused.map(({ item }) => item)));
  }
}

/** Sources are a person's own: said once more what happens to them, and how to get them back. */
async function askToReplace(files: readonly Uri[], preset: string): Promise<boolean> {
  const yes = files.length === 1 ? 'Encode and Replace' : `Encode and Replace ${files.length} Files`;
  const answer = await window.showWarningMessage(
    `Encode ${nameOf(files)} with ${preset}, and let the result take its place?`,
    {
      modal: true,
      detail:
        'Only a result that is verified from beginning to end, without a warning, and clearly smaller takes the place. ' +
        'The source is kept aside for a while; “Undo Replace” in the Jobs view brings it back.',
    },
    yes,
  );
  return answer === yes;
}

async function askForFiles(): Promise<readonly Uri[]> {
  const files = await window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Encode',
    title: 'Encode with DFFmpeg',
    filters: { 'Media files': [...mediaExtensions], 'All files': ['*'] },
  });
  return files ?? [];
}

function leaveOutVirtual(uris: readonly Uri[]): Uri[] {
  const onDisk = uris.filter(({ scheme }) => scheme === 'file');
  if (onDisk.length < uris.length)
    void window.showWarningMessage(
      'DFFmpeg encodes files on a disk. Copy those of a virtual file system into a folder first.',
    );
  return onDisk;
}

async function foldersAmong(uris: readonly Uri[]): Promise<Uri[]> {
  const folders: Uri[] = [];
  for (const uri of uris) {
    const entry = await workspace.fs.stat(uri).then(
      ({ type }) => type,
      // What is not there is the daemon's to say, with the job.
      () => FileType.Unknown,
    );
    if ((entry & FileType.Directory) !== 0) folders.push(uri);
  }
  return folders;
}

/** As people say it: `raw`, or `raw and 2 more`. */
function nameOf(uris: readonly Uri[]): string {
  const name = uris[0]?.path.split('/').filter(Boolean).at(-1) ?? 'The folder';
  return andMore(name, uris.length);
}
