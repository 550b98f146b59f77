import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readFfmpegPath, readListen, readMounts, type Configuration } from '../settings.ts';

/** What VS Code's settings say to the daemon; keys as in its own config.jsonc, which wins over this file. */
export interface AdvancedSettings {
  ffmpeg?: string;
  listen?: string;
  mount?: Readonly<Record<string, unknown>>;
}

export function readAdvancedSettings(configuration: Configuration): AdvancedSettings {
  const [ffmpeg, listen] = [readFfmpegPath(configuration), readListen(configuration)];
  const mount = readMounts(configuration);
  return {
    ...(ffmpeg === undefined ? {} : { ffmpeg }),
    ...(listen === undefined ? {} : { listen }),
    ...(Object.keys(mount).length === 0 ? {} : { mount }),
  };
}

/** Writes `<state>/config.vscode.json` if it says something else; nothing to say and no file: no file. */
export async function writeAdvancedSettings(stateDir: string, settings: AdvancedSettings): Promise<void> {
  const file = path.join(stateDir, 'config.vscode.json');
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === text || (present === undefined && Object.keys(settings).length === 0)) return;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  // Other windows write the same file: each under a name of its own, then in one step.
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
