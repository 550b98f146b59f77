/** Paths as text, for the machine on which they lie rather than the one this runs on. */
export type PathPlatform = 'posix' | 'win32';

/** `C:\x` and `\\server\share\x` on Windows, `/x` elsewhere: what `..` cannot leave. */
function rootOf(path: string, platform: PathPlatform): string {
  if (platform === 'posix') return path.startsWith('/') ? '/' : '';
  const match = /^(?:[A-Za-z]:[\\/]|[\\/]{2}[^\\/]+[\\/]+[^\\/]+(?:[\\/]|$)|[\\/])/u.exec(path);
  return match?.[0] ?? '';
}

export function isAbsolute(path: string, platform: PathPlatform): boolean {
  return rootOf(path, platform) !== '';
}

function separators(platform: PathPlatform): RegExp {
  return platform === 'win32' ? /[\\/]+/u : /\/+/u;
}

export function parsePath(path: string, platform: PathPlatform): { folder: string; fileName: string } {
  const root = rootOf(path, platform);
  const parts = path.slice(root.length).split(separators(platform));
  const fileName = parts.pop() ?? '';
  return { folder: root + parts.join(platform === 'win32' ? '\\' : '/'), fileName };
}

/** Windows: a path from the root of a drive (`\x`) lies on the drive, or the share, of `folder`. */
export function onDriveOf(folder: string, path: string, platform: PathPlatform): string {
  if (platform !== 'win32' || rootOf(path, platform).length !== 1) return path;
  return rootOf(folder, platform).replace(/[\\/]$/u, '') + path;
}

export function joinPath(folder: string, path: string, platform: PathPlatform): string {
  const separator = platform === 'win32' ? '\\' : '/';
  return /[\\/]$/u.test(folder) && (platform === 'win32' || folder.endsWith('/'))
    ? folder + path
    : folder + separator + path;
}

/** Takes out `.`, `..` and doubled separators; `..` stops at the root. */
export function resolveDots(path: string, platform: PathPlatform): string {
  const root = rootOf(path, platform);
  const kept: string[] = [];
  for (const part of path.slice(root.length).split(separators(platform))) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  const separator = platform === 'win32' ? '\\' : '/';
  const cleanRoot = platform === 'win32' ? root.replaceAll('/', '\\') : root;
  const glue = cleanRoot === '' || cleanRoot.endsWith(separator) ? '' : separator;
  return cleanRoot + glue + kept.join(separator);
}

/** By the last dot; a name that begins with its only dot (`.profile`) has no extension. */
export function splitFileName(fileName: string): { stem: string; extension: string } {
  const dot = fileName.lastIndexOf('.');
  return dot <= 0
    ? { stem: fileName, extension: '' }
    : { stem: fileName.slice(0, dot), extension: fileName.slice(dot + 1) };
}
