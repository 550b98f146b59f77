import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { WatchFolder } from '../../protocol/watchFolder.ts';
import type { Invocation } from '../command.ts';
import type { ActivateOptions } from '../commands/watch.ts';
import { withDaemon } from '../connect.ts';
import { outputTemplate } from '../encode/outputTemplate.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, watchFoldersOutputSchema } from '../jsonOutput.ts';
import { workspaceFiles } from '../presetFiles.ts';
import { choosePreset, presetCatalog } from '../presets.ts';
import { typedPath } from '../typedPath.ts';

/** Without a preset the folder is one of config.jsonc. */
export async function activateFolder(
  invocation: Invocation,
  typed: string,
  options: ActivateOptions,
): Promise<number> {
  const { io, json } = invocation;
  const { existing } = options;
  const folder = await withDaemon(invocation, async (daemon) => {
    if (options.preset !== undefined) return activate(invocation, daemon, typed, options, options.preset);
    const asDeclared = /^[0-9a-f]{12}$/.test(typed) ? typed : typedPath(io.cwd, typed);
    return declared(daemon.request('watch.activateDeclared', { folder: asDeclared, existing }));
  });
  if (json) printJson(io.stdout, watchFoldersOutputSchema, { folders: [folder.folder], problems: [] });
  else
    io.stdout.write(
      `${folder.folder.spec.path} is watched: ${existing === 'skip' ? 'new files become jobs' : 'its files and those that come become jobs'} with ${folder.folder.spec.preset}.\n`,
    );
  return exitCodes.done;
}

async function activate(
  { io }: Invocation,
  daemon: DaemonConnection,
  typed: string,
  options: ActivateOptions,
  presetName: string,
): Promise<{ folder: WatchFolder }> {
  const [fromDaemon, files] = await Promise.all([daemon.request('presets.list', {}), workspaceFiles(io.cwd)]);
  const { name, origin, preset } = choosePreset(presetCatalog(fromDaemon.presets, files), presetName);
  const knownThere = origin === 'built-in' || origin === 'config';
  const { output, recursive, include, exclude, settle, priority, onSuccess, existing } = options;
  const { require, prefer } = options;
  return daemon.request('watch.activate', {
    folder: {
      path: typedPath(io.cwd, typed),
      preset: name,
      ...(output === undefined ? {} : { output: outputTemplate(output, io.cwd) }),
      ...(recursive === undefined ? {} : { recursive }),
      ...(include === undefined ? {} : { include }),
      ...(exclude === undefined ? {} : { exclude }),
      ...(settle === undefined ? {} : { settleSeconds: settle }),
      ...(priority === undefined ? {} : { priority }),
      ...(require === undefined ? {} : { require }),
      ...(prefer === undefined ? {} : { prefer }),
      ...(onSuccess === undefined ? {} : { onSuccess }),
    },
    ...(knownThere ? {} : { preset }),
    existing,
  });
}

async function declared<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof DffmpegError) || error.code !== 'not-found') throw error;
    throw new DffmpegError('request-invalid', error.message, {
      hint: 'Say with --preset what to make of its files, or write it into config.jsonc.',
      cause: error,
    });
  }
}
