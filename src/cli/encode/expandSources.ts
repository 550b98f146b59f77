import { stat } from 'node:fs/promises';
import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { typedPath } from '../typedPath.ts';

export interface ExpandedSources {
  /** Absolute, each once, in the order in which they were typed. */
  readonly files: readonly string[];
  readonly folders: readonly ScannedFolder[];
}

export interface ScannedFolder {
  readonly path: string;
  readonly found: number;
  readonly skipped: readonly { path: string; why: string }[];
}

/** Files as they were typed; folders become the media files below them, as the daemon sees them. */
export async function expandSources(
  typed: readonly string[],
  cwd: string,
  daemon: Pick<DaemonConnection, 'request'>,
  /** Whether results of earlier encodes are meant too. */
  results = false,
): Promise<ExpandedSources> {
  const paths = await Promise.all(typed.map((name) => classify(typedPath(cwd, name), name)));
  const files = new Set<string>();
  const folders: ScannedFolder[] = [];
  for (const { absolute, folder } of paths) {
    if (!folder) {
      files.add(absolute);
      continue;
    }
    const scan = await daemon.request('sources.scan', { paths: [absolute], results });
    for (const file of scan.files) files.add(file.path);
    folders.push({ path: absolute, found: scan.files.length, skipped: scan.skipped });
  }
  if (files.size === 0) {
    const left = folders.flatMap(({ skipped }) => skipped).at(0);
    throw new DffmpegError('source-missing', 'There is no media file in there.', {
      hint: left ? `${left.path}: ${left.why}` : 'Name a media file, or a folder that holds some.',
    });
  }
  return { files: [...files], folders };
}

/** Asked before anything is begun: of a list with a mistake in it nothing runs. */
async function classify(absolute: string, typed: string): Promise<{ absolute: string; folder: boolean }> {
  try {
    return { absolute, folder: (await stat(absolute)).isDirectory() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new DffmpegError('source-missing', `There is no file “${typed}”.`, {
        hint: `Looked for ${absolute}. Nothing was begun.`,
        cause: error,
      });
    throw new DffmpegError('source-unreadable', `“${typed}” cannot be read.`, {
      hint: 'Check who may read it. Nothing was begun.',
      cause: error,
    });
  }
}
