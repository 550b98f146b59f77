import { commands, window, workspace } from 'vscode';
import type { DffmpegError } from '../protocol/errors.ts';
import type { Job } from '../protocol/model.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { batchMessage } from './model/batchMessage.ts';
import { actionsForAll, failureActions, type FailureAction } from './model/failureActions.ts';
import { errorText } from './model/errorText.ts';
import { offerToInstallFfmpeg } from './installFfmpeg.ts';
import { showDaemonLog } from './session/daemonLog.ts';
import { openFile, revealFile } from './revealFile.ts';
import { readNotifications, section } from './settings.ts';

export interface NotifierActions {
  /** Does what a button says about jobs that failed. */
  readonly help: (action: FailureAction, failed: readonly Job[]) => unknown;
}

/** A message with more buttons is hard to read; the row's light bulb has them all. */
const shownActions = 3;

/** What is said in the corner of the window: one message for each batch, and what could not be begun. */
export class Notifier {
  readonly #session: DaemonSession;

  constructor(session: DaemonSession) {
    this.#session = session;
  }

  /** All jobs of one click have ended. */
  async tell(jobs: readonly Job[], actions: NotifierActions): Promise<void> {
    const level = readNotifications(workspace.getConfiguration(section));
    const message = batchMessage(jobs, level);
    if (!message) return;
    const { severity, text, result, failed } = message;
    const [firstFailed] = failed;
    const buttons = new Map<string, () => unknown>();
    if (result && !firstFailed) buttons.set('Reveal', () => revealFile(result.path));
    if (result?.only && !firstFailed) buttons.set('Open', () => openFile(result.path));
    if (firstFailed)
      for (const action of actionsForAll(failed.map(({ reason }) => reason?.code)).slice(0, shownActions))
        buttons.set(failureActions[action], () => actions.help(action, failed));
    await ask(severity, text, buttons);
  }

  /** Something that was asked for could not be done. Returns at once: the message may stay. */
  showError(error: DffmpegError, retry?: () => void): void {
    if (error.code === 'cancelled') return;
    const buttons = new Map<string, () => unknown>();
    if (error.code === 'ffmpeg-missing') buttons.set('Install ffmpeg', () => offerToInstallFfmpeg());
    if (error.code === 'node-missing')
      buttons.set('Open Settings', () =>
        commands.executeCommand('workbench.action.openSettings', 'dffmpeg.nodePath'),
      );
    if (error.code === 'daemon-unavailable')
      buttons.set('Show Log', () => showDaemonLog(this.#session.stateDir, error));
    if (retry) buttons.set('Try Again', retry);
    void ask('error', errorText(error), buttons);
  }
}

async function ask(
  severity: 'information' | 'warning' | 'error',
  text: string,
  buttons: ReadonlyMap<string, () => unknown>,
): Promise<void> {
  const show = {
    information: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[severity];
  const choice = await show(text, ...buttons.keys());
  if (choice !== undefined) await buttons.get(choice)?.();
}
