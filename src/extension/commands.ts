import { commands, ConfigurationTarget, Uri, window, workspace } from 'vscode';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import { addByLink, addWorker, connectFleet } from './addWorker.ts';
import type { CommandId } from './commandIds.ts';
import { showDaemonLog } from './session/daemonLog.ts';
import { firstFolder } from './firstFolder.ts';
import { offerToInstallFfmpeg } from './installFfmpeg.ts';
import type { Disposable } from './model/emitter.ts';
import { freePresetName, starterPreset } from './presets.ts';
import type { Services } from './services.ts';
import { section } from './settings.ts';
import { ensureTrusted } from './trust.ts';
import { isPresetNode } from './views/presetsTree.ts';
import { entryOf, jobIdOf } from './views/watchTree.ts';

type Handler = (first?: unknown, second?: unknown) => unknown;

/** One handler for each command: what is missing does not build. */
function handlers(services: Services): Record<CommandId, Handler> {
  const { encode, failureHelp, jobActions, jobsTree, session, statusPage, presets, questions, watchFolders } =
    services;
  const { workerActions, workersTree } = services;
  return {
    'dffmpeg.encode': (uri, uris) => encode.run(targets(uri, uris), { preset: 'current' }),
    'dffmpeg.encodeWithPreset': (uri, uris) => encode.run(targets(uri, uris), { preset: 'ask' }),
    'dffmpeg.newPreset': () => newPreset(services),
    'dffmpeg.openStatus': () => statusPage.show(),
    'dffmpeg.installFfmpeg': () => offerToInstallFfmpeg(),
    'dffmpeg.showDaemonLog': () => showDaemonLog(session.stateDir, session.error),
    'dffmpeg.startDaemon': () => session.connection(),
    'dffmpeg.cancelJob': (row, rows) => jobActions.cancel(row, rows),
    'dffmpeg.pauseJob': (row, rows) => jobActions.pause(row, rows),
    'dffmpeg.resumeJob': (row, rows) => jobActions.resume(row, rows),
    'dffmpeg.pauseQueue': () => jobActions.pauseQueue(true),
    'dffmpeg.resumeQueue': () => jobActions.pauseQueue(false),
    'dffmpeg.retryJob': (row, rows) => jobActions.retry(row, rows),
    'dffmpeg.helpJob': async (row) => {
      const job = await jobActions.job(row);
      if (job) await failureHelp.ask(job);
    },
    'dffmpeg.revealResult': (row) => jobActions.revealResult(row),
    'dffmpeg.openResult': (row) => jobActions.openResult(row),
    'dffmpeg.revealSource': (row) => jobActions.revealSource(row),
    'dffmpeg.openLog': (row) => jobActions.openLog(row),
    'dffmpeg.copyCommand': (row) => jobActions.copyCommand(row),
    'dffmpeg.showOlder': () => jobsTree.showOlder(),
    'dffmpeg.encodeWithThisPreset': (row) =>
      isPresetNode(row) ? encode.run([], { preset: { name: row.name } }) : undefined,
    'dffmpeg.setDefaultPreset': async (row) => {
      if (!isPresetNode(row)) return;
      await workspace.getConfiguration(section).update('defaultPreset', row.name, settingsTarget());
      await presets.remember(undefined);
    },
    'dffmpeg.previewCommand': (uri) => questions.preview(targets(uri, undefined)[0]),
    'dffmpeg.previewThisPreset': (row) =>
      isPresetNode(row) ? questions.preview(undefined, row.name) : undefined,
    'dffmpeg.checkFile': (uri) => questions.check(targets(uri, undefined)[0]),
    'dffmpeg.measureResult': async (row) => {
      const job = await jobActions.job(row);
      if (job) await questions.measure(job);
    },
    'dffmpeg.encodeAndReplace': (uri, uris) =>
      encode.run(targets(uri, uris), { preset: 'ask', onSuccess: 'replace' }),
    'dffmpeg.undoReplace': (row, rows) => jobActions.undo(row, rows),
    'dffmpeg.retryHooks': (row, rows) => jobActions.retryHooks(row, rows),
    'dffmpeg.replaceAnyway': (row, rows) => jobActions.replaceAnyway(row, rows),
    'dffmpeg.addWatchFolder': (uri) => watchFolders.add(targets(uri, undefined)[0]),
    'dffmpeg.activateWatchFolder': (row) => watchFolders.activate(entryOf(row)),
    'dffmpeg.pauseWatchFolder': (row) => watchFolders.pause(entryOf(row), true),
    'dffmpeg.resumeWatchFolder': (row) => watchFolders.pause(entryOf(row), false),
    'dffmpeg.scanWatchFolder': (row) => watchFolders.scan(entryOf(row)),
    'dffmpeg.removeWatchFolder': (row) => watchFolders.remove(entryOf(row)),
    'dffmpeg.retryWatchedFile': (row) => jobActions.retry(jobIdOf(row), undefined),
    'dffmpeg.addWorker': () => addWorker(session),
    'dffmpeg.connectFleet': () => connectFleet(session),
    'dffmpeg.drainWorker': (row) => workerActions.drain(workersTree.workerOf(row), true),
    'dffmpeg.resumeWorker': (row) => workerActions.drain(workersTree.workerOf(row), false),
    'dffmpeg.renameWorker': (row) => workerActions.rename(workersTree.workerOf(row)),
    'dffmpeg.labelWorker': (row) => workerActions.label(workersTree.workerOf(row)),
    'dffmpeg.removeWorker': (row) => workerActions.remove(workersTree.workerOf(row)),
    'dffmpeg.joinFiles': (uri, uris) => encode.join(targets(uri, uris)),
    'dffmpeg.editPreset': (row) => (isPresetNode(row) ? presets.show(row.name, firstFolder()) : undefined),
  };
}

/** Registers every command, and links; whatever a handler throws becomes a sentence with a way on. */
export function registerCommands(services: Services): Disposable[] {
  const guarded =
    (handler: Handler): Handler =>
    async (first, second) => {
      try {
        await handler(first, second);
      } catch (thrown) {
        services.notifier.showError(toDffmpegError(thrown));
      }
    };
  const ids = Object.entries(handlers(services));
  const links = guarded((uri) => (uri instanceof Uri ? openLink(services, uri) : undefined));
  return [
    ...ids.map(([id, handler]) => commands.registerCommand(id, guarded(handler))),
    window.registerUriHandler({ handleUri: (uri) => void links(uri) }),
  ];
}

/** `vscode://dffmpeg.dffmpeg/add-worker?w=…`, or `connect-fleet`. */
async function openLink({ session }: Services, { scheme, authority, path, query }: Uri): Promise<void> {
  // Other editors have schemes of their own.
  const link = `vscode://${authority}${path}?${query}`;
  if (path === '/add-worker') await addByLink(session, link);
  else if (path === '/connect-fleet') await addByLink(session, link, 'fleet');
  else throw new DffmpegError('request-invalid', `DFFmpeg does not know the link ${scheme}:…${path}.`);
}

/** The Explorer hands over the clicked file and the selection; an editor tab hands over one file; a palette none. */
function targets(uri: unknown, uris: unknown): Uri[] {
  if (Array.isArray(uris)) {
    const all = uris.filter((entry) => entry instanceof Uri);
    if (all.length > 0) return all;
  }
  return uri instanceof Uri ? [uri] : [];
}

async function newPreset({ presets, settingsFiles }: Services): Promise<void> {
  if (!(await ensureTrusted())) return;
  const folder = firstFolder();
  await presets.ready();
  const name = freePresetName(presets.list(folder).map((entry) => entry.name));
  await settingsFiles.addPreset(name, starterPreset, folder);
  window.setStatusBarMessage(`Preset “${name}” is ready to be edited`, 5000);
}

function settingsTarget(): ConfigurationTarget {
  return workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
}
