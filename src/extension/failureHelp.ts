import { Uri, window } from 'vscode';
import type { Job } from '../protocol/model.ts';
import { choosePreset } from './choosePreset.ts';
import type { EncodeFiles } from './encodeFiles.ts';
import type { FileQuestions } from './fileQuestions.ts';
import { offerToInstallFfmpeg } from './installFfmpeg.ts';
import type { JobActions } from './jobActions.ts';
import { errorText } from './model/errorText.ts';
import { failureActions, helpFor, type FailureAction } from './model/failureActions.ts';
import { jobLabel } from './model/jobPresentation.ts';
import type { Presets } from './presets.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { showDaemonLog } from './session/daemonLog.ts';
import { ensureTrusted } from './trust.ts';

export interface FailureHelpServices {
  readonly session: DaemonSession;
  readonly presets: Presets;
  readonly encode: EncodeFiles;
  readonly questions: FileQuestions;
  readonly jobActions: JobActions;
}

/** Does what the buttons of a failure say. */
export class FailureHelp {
  readonly #services: FailureHelpServices;

  constructor(services: FailureHelpServices) {
    this.#services = services;
  }

  /** Everything that helps with a job that failed, to choose from. */
  async ask(job: Job): Promise<void> {
    const items = helpFor(job).map((action) => ({ label: failureActions[action], action }));
    const picked = await window.showQuickPick(items, {
      title: jobLabel(job),
      placeHolder: job.reason && errorText(job.reason),
    });
    if (picked) await this.run(picked.action, [job]);
  }

  async run(action: FailureAction, failed: readonly Job[]): Promise<void> {
    const { session, presets, questions, jobActions } = this.#services;
    const [job] = failed;
    const source = job?.sources[0] && Uri.file(job.sources[0].path);
    if (!job || !source) return;
    switch (action) {
      case 'retry':
        return jobActions.retryJobs(failed);
      case 'show-log':
        return jobActions.openLog(job.id);
      case 'reveal-source':
        return jobActions.revealSource(job.id);
      case 'choose-folder':
        return this.#elsewhere(failed);
      case 'choose-preset':
        return this.#otherwise(failed, source);
      case 'edit-preset':
        return presets.show(job.preset, source);
      case 'check-file':
        return questions.check(source);
      case 'install-ffmpeg':
        await offerToInstallFfmpeg();
        return;
      case 'show-daemon-log':
        return showDaemonLog(session.stateDir, undefined);
    }
  }

  /** Their results go to a folder that can be written, also those that are finished and wait. */
  async #elsewhere(failed: readonly Job[]): Promise<void> {
    if (!(await ensureTrusted())) return;
    const [folder] =
      (await window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        title: 'Folder for the Result',
        openLabel: 'Use This Folder',
      })) ?? [];
    if (folder) await this.#services.jobActions.chooseFolder(failed, folder.fsPath);
  }

  async #otherwise(failed: readonly Job[], source: Uri): Promise<void> {
    if (!(await ensureTrusted())) return;
    const { presets, encode } = this.#services;
    await presets.ready();
    const name = await choosePreset(presets.list(source), {
      title:
        failed.length === 1 && failed[0] ? `Encode ${jobLabel(failed[0])}` : `Encode ${failed.length} files`,
      lastUsed: presets.lastUsed,
      defaultName: presets.defaultName(source),
    });
    const preset = name === undefined ? undefined : presets.resolve(name, source);
    if (preset) await encode.again(failed, preset);
  }
}
