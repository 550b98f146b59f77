import { window, workspace } from 'vscode';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { Disposable } from '../model/emitter.ts';
import type { Notifier } from '../notifier.ts';
import { section } from '../settings.ts';
import type { DaemonSession } from './daemonSession.ts';

/** Another ffmpeg counts from the daemon's next start: offers that start when somebody names one. */
export function followAdvancedSettings(session: DaemonSession, notifier: Notifier): Disposable {
  return workspace.onDidChangeConfiguration(async (event) => {
    const nodeChanged = event.affectsConfiguration(`${section}.nodePath`);
    if (!event.affectsConfiguration(`${section}.ffmpegPath`) && !nodeChanged) return;
    try {
      await session.writeSettings();
      if (session.link.kind === 'failed') await session.connection();
      else if (session.link.kind === 'ready' && !nodeChanged && (await mayRestart())) await session.restart();
    } catch (thrown) {
      notifier.showError(toDffmpegError(thrown));
    }
  });
}

async function mayRestart(): Promise<boolean> {
  const restart = 'Restart Now';
  const choice = await window.showInformationMessage(
    'The new ffmpeg path counts from the daemon’s next start. Running encodes begin anew after a restart.',
    restart,
  );
  return choice === restart;
}
