import os from 'node:os';
import { join } from 'node:path';
import { window, workspace, type ExtensionContext } from 'vscode';
import { defaultStateFolder } from '../client/stateFolder.ts';
import type { Job } from '../protocol/model.ts';
import { Batches } from './batches.ts';
import { readAdvancedSettings, writeAdvancedSettings } from './session/advancedSettings.ts';
import { DaemonSession } from './session/daemonSession.ts';
import { FailureHelp } from './failureHelp.ts';
import { EncodeFiles } from './encodeFiles.ts';
import { FileQuestions } from './fileQuestions.ts';
import { JobActions } from './jobActions.ts';
import { LogDocuments } from './logDocument.ts';
import { PreviewDocuments } from './previewDocument.ts';
import type { Disposable } from './model/emitter.ts';
import { JobBoard } from './model/jobBoard.ts';
import { Notifier } from './notifier.ts';
import { PresetDiagnostics } from './presetDiagnostics.ts';
import { PresetFiles } from './presetFiles.ts';
import { Presets } from './presets.ts';
import { readNodePath, section } from './settings.ts';
import { SettingsFiles } from './settingsFiles.ts';
import { StatusBar } from './statusBar.ts';
import { registerStatusPage, type StatusPage } from './statusPage.ts';
import { JobsTree } from './views/jobsTree.ts';
import { JobsView } from './views/jobsView.ts';
import { PresetsTree } from './views/presetsTree.ts';
import { VisibleFollower } from './views/visibleFollower.ts';
import { WatchTree } from './views/watchTree.ts';
import { WatchView } from './views/watchView.ts';
import { WorkersTree } from './views/workersTree.ts';
import { WorkerActions } from './workerActions.ts';
import { WatchFolders } from './watchFolders.ts';
import { ViewStateKeeper } from './viewStateKeeper.ts';

/** Everything that lives as long as the window. */
export interface Services extends Disposable {
  readonly session: DaemonSession;
  readonly board: JobBoard;
  readonly presets: Presets;
  readonly settingsFiles: SettingsFiles;
  readonly presetDiagnostics: PresetDiagnostics;
  readonly notifier: Notifier;
  readonly encode: EncodeFiles;
  readonly questions: FileQuestions;
  readonly jobActions: JobActions;
  readonly failureHelp: FailureHelp;
  readonly jobsTree: JobsTree;
  readonly jobsView: JobsView;
  readonly workersTree: WorkersTree;
  readonly presetsTree: PresetsTree;
  readonly workerActions: WorkerActions;
  readonly watchFolders: WatchFolders;
  readonly watchTree: WatchTree;
  readonly watchView: WatchView;
  readonly logs: LogDocuments;
  readonly statusBar: StatusBar;
  readonly statusPage: StatusPage;
  readonly viewStateKeeper: ViewStateKeeper;
  /** Joins a daemon that runs already, if the workspace is trusted. */
  begin(): Promise<void>;
}

const jobsViewShownKey = 'jobsViewShown';

/** Puts everything together; touches no file and no socket. */
export function createServices(context: ExtensionContext): Services {
  const board = new JobBoard();
  const stateDir = stateFolder();
  const session = new DaemonSession(
    {
      stateDir,
      programDir: join(context.extensionPath, 'dist', 'program'),
      version: versionOf(context),
      nodePath: () => readNodePath(workspace.getConfiguration(section)),
      prepare: () =>
        writeAdvancedSettings(stateDir, readAdvancedSettings(workspace.getConfiguration(section))),
      // Not before it is needed: the schemas of the protocol take as long to build as all the rest.
      connect: async (options) => (await import('../client/connection.ts')).connectToDaemon(options),
    },
    board,
  );
  const settingsFiles = new SettingsFiles();
  const presetFiles = new PresetFiles(stateDir);
  const presets = new Presets(context.workspaceState, settingsFiles, presetFiles);
  const notifier = new Notifier(session);
  const logs = new LogDocuments(session, board);
  const batches = new Batches(board, {
    tell: (jobs) => {
      void notifier.tell(jobs, {
        help: (action, failed) => failureHelp.run(action, failed),
      });
    },
    lookUp: (id) => {
      void session.request('jobs.get', { id }).then(
        ({ job }) => {
          board.applyJobs([job]);
        },
        () => undefined,
      );
    },
    follow: () => session.followJobs(),
  });
  const encode = new EncodeFiles({
    session,
    board,
    presets,
    batches,
    onSubmitted: (jobs) => void showFirstTime(context, jobsView, jobs),
    showError: (error, retry) => {
      notifier.showError(error, retry);
    },
  });
  const previews = new PreviewDocuments();
  const questions = new FileQuestions(session, presets, previews);
  const jobsTree = new JobsTree(board, session);
  const jobsView = new JobsView({
    session,
    board,
    tree: jobsTree,
    encode: (files) => void encode.run(files, { preset: 'current' }),
  });
  const jobActions = new JobActions({
    session,
    board,
    batches,
    logs,
    notifier,
    selection: () => jobsView.selection,
  });
  const failureHelp = new FailureHelp({ session, presets, encode, questions, jobActions });
  const workersTree = new WorkersTree(board);
  const presetsTree = new PresetsTree(presets);
  const workerActions = new WorkerActions(session);
  const watchFolders = new WatchFolders(session, presets);
  const watchTree = new WatchTree(watchFolders);
  const watchView = new WatchView(session, watchTree);
  const statusPage = registerStatusPage({
    extensionUri: context.extensionUri,
    source: { board, link: () => session.link, onDidChangeLink: session.onDidChangeLink },
    watch: () => {
      if (workspace.isTrusted) void session.watch();
      return both(session.followJobs(), session.watchLoad());
    },
    logger: console,
  });
  const presetDiagnostics = new PresetDiagnostics(presets, presetFiles);
  const statusBar = new StatusBar(board, session);
  const viewStateKeeper = new ViewStateKeeper(board, session);
  const workersView = window.createTreeView('dffmpeg.workers', { treeDataProvider: workersTree });
  const followers = [jobsView.follower, watchView.follower, new VisibleFollower(workersView, session)];
  const views = [workersView, ...followers, window.registerTreeDataProvider('dffmpeg.presets', presetsTree)];
  const services = { session, board, presets, settingsFiles, presetDiagnostics, notifier, encode, questions, jobActions, failureHelp,
    jobsTree, jobsView, workersTree, workerActions, presetsTree, watchFolders, watchTree, watchView, logs, statusBar, statusPage, viewStateKeeper }; // prettier-ignore
  return {
    ...services,
    begin: async () => {
      if (!workspace.isTrusted) return;
      void presetFiles.begin();
      await session.attach();
      for (const follower of followers) await follower.look();
      if (session.isFollowed) await session.watch();
    },
    dispose: () => {
      // The link last: the others still listen to it while they go.
      for (const part of [...views, statusPage, jobsView, jobsTree, workersTree, presetsTree, watchView, watchTree, watchFolders, statusBar, viewStateKeeper,
        presetDiagnostics, presets, presetFiles, batches, logs, previews, session]) part.dispose(); // prettier-ignore
    },
  };
}

function both(one: Disposable, other: Disposable): Disposable {
  return {
    dispose: () => {
      one.dispose();
      other.dispose();
    },
  };
}

function stateFolder(): string {
  return defaultStateFolder({ env: process.env, platform: process.platform, homedir: os.homedir() });
}

function versionOf({ extension }: ExtensionContext): string {
  const { version } = extension.packageJSON as { version: string };
  return version;
}

/** The very first encode brings up the view where it can be watched; after that people know where it is. */
async function showFirstTime(
  context: ExtensionContext,
  view: JobsView,
  [job]: readonly Job[],
): Promise<void> {
  if (!job || context.globalState.get<boolean>(jobsViewShownKey)) return;
  await context.globalState.update(jobsViewShownKey, true);
  await view.show(job);
}
