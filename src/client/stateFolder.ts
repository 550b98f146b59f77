import path from 'node:path';

export interface StateFolderInputs {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  homedir: string;
}

/**
 * Where daemon, command line and extension meet: `DFFMPEG_STATE_DIR`, else the platform's folder for state
 * (XDG Base Directory on Linux and the BSDs, Application Support on macOS, LOCALAPPDATA on Windows).
 */
export function defaultStateFolder({ env, platform, homedir }: StateFolderInputs): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  if (env.DFFMPEG_STATE_DIR) return paths.resolve(env.DFFMPEG_STATE_DIR);
  if (platform === 'win32')
    return paths.join(env.LOCALAPPDATA ?? paths.join(homedir, 'AppData', 'Local'), 'dffmpeg');
  if (platform === 'darwin') return paths.join(homedir, 'Library', 'Application Support', 'dffmpeg');
  // The specification says that a relative path in the variable is to be ignored.
  const xdg = env.XDG_STATE_HOME;
  return paths.join(xdg && paths.isAbsolute(xdg) ? xdg : paths.join(homedir, '.local', 'state'), 'dffmpeg');
}
