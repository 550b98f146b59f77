import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The full path of a program on PATH, or undefined.
 * @param {string} name without `.exe`
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function which(name, env = process.env) {
  const endings = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const browserNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
];

/** Where installers put a browser of the Chromium family without putting it on PATH. */
function browserHomes(env) {
  if (process.platform === 'darwin')
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
  if (process.platform === 'win32')
    return [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].flatMap((root) =>
      root
        ? [
            path.join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
            path.join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
          ]
        : [],
    );
  return [];
}

/**
 * A browser of the Chromium family: `DFFMPEG_CHROMIUM`, else PATH, else where installers put one.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findChromium(env = process.env) {
  if (env.DFFMPEG_CHROMIUM) return env.DFFMPEG_CHROMIUM;
  for (const name of browserNames) {
    const found = which(name, env);
    if (found) return found;
  }
  return browserHomes(env).find(isExecutable);
}
