import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file that can be run, and what tells that it was replaced. */
export interface Binary {
  path: string;
  realPath: string;
  bytes: number;
  /** Milliseconds since the epoch. */
  modified: number;
}

export interface Tools {
  ffmpeg: Binary;
  ffprobe: Binary;
}

export interface SearchContext {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/**
 * Looks for ffmpeg and the ffprobe beside it, by file system alone, without running anything: `configured` (a
 * file, or the folder that holds both) and nothing else if set; then the PATH; then where installers put
 * it. The current folder is never searched: it may hold a stranger's ffmpeg.
 */
export async function findTools(
  configured: string | undefined,
  context: SearchContext,
): Promise<Tools | undefined> {
  const folders = [...pathFolders(context), ...usualFolders(context)];
  if (configured === undefined || configured === '') {
    const ffmpeg = await firstBinary('ffmpeg', folders, context);
    return ffmpeg && withProbe(ffmpeg, folders, context);
  }
  if (!path.isAbsolute(configured)) return undefined;
  const ffmpeg =
    (await toBinary(configured, context)) ?? (await firstBinary('ffmpeg', [configured], context));
  return ffmpeg && withProbe(ffmpeg, folders, context);
}

export function sameBinary(a: Binary, b: Binary): boolean {
  return a.path === b.path && a.realPath === b.realPath && a.bytes === b.bytes && a.modified === b.modified;
}

async function withProbe(
  ffmpeg: Binary,
  folders: string[],
  context: SearchContext,
): Promise<Tools | undefined> {
  const beside = [path.dirname(ffmpeg.path), path.dirname(ffmpeg.realPath)];
  const ffprobe = await firstBinary('ffprobe', [...beside, ...folders], context);
  return ffprobe && { ffmpeg, ffprobe };
}

async function firstBinary(
  name: string,
  folders: readonly string[],
  context: SearchContext,
): Promise<Binary | undefined> {
  const fileName = context.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of folders) {
    const binary = await toBinary(path.join(folder, fileName), context);
    if (binary) return binary;
  }
  return undefined;
}

async function toBinary(file: string, { platform }: SearchContext): Promise<Binary | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return undefined;
    if (platform !== 'win32') await access(file, constants.X_OK);
    return { path: file, realPath: await realpath(file), bytes: stats.size, modified: stats.mtimeMs };
  } catch {
    return undefined;
  }
}

function pathFolders({ env, platform }: SearchContext): string[] {
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return (env[name] ?? '')
    .split(platform === 'win32' ? ';' : ':')
    .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
    .filter((folder) => path.isAbsolute(folder));
}

/** A program started from a desktop has a shorter PATH than a terminal has. */
function usualFolders({ env, platform }: SearchContext): string[] {
  const under = (base: string | undefined, ...rest: string[]) => (base ? [path.join(base, ...rest)] : []);
  switch (platform as string) {
    case 'darwin':
      return ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];
    case 'win32':
      return [
        ...under(env.LOCALAPPDATA, 'Microsoft', 'WinGet', 'Links'),
        ...under(env.ProgramFiles, 'WinGet', 'Links'),
        ...under(env.ProgramData, 'chocolatey', 'bin'),
        ...under(env.USERPROFILE, 'scoop', 'shims'),
        ...under(env.SystemDrive, '\\ffmpeg', 'bin'),
      ];
    default:
      return [
        ...['/usr/local/bin', '/usr/bin', '/snap/bin', '/home/linuxbrew/.linuxbrew/bin'],
        ...under(env.HOME, '.nix-profile', 'bin'),
      ];
  }
}
