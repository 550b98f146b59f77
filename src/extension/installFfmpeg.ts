import { readFile } from 'node:fs/promises';
import { env, Uri, window, type Terminal } from 'vscode';
import { ffmpegInstall, manualInstall, parseOsRelease } from '../encoding/ffmpegInstall.ts';

/**
 * Types the install command of this system into a visible terminal and leaves Enter to the person: it may ask
 * for a password, and nothing is installed on a machine without its owner's hand. The daemon sees by itself
 * when ffmpeg is there.
 */
export async function offerToInstallFfmpeg(): Promise<Terminal | undefined> {
  const distributions =
    process.platform === 'linux'
      ? parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''))
      : [];
  const install = ffmpegInstall({ platform: process.platform, distributions });
  if (!install) {
    await env.openExternal(Uri.parse(manualInstall));
    return undefined;
  }
  const terminal = window.createTerminal({
    name: 'Install ffmpeg',
    message: `This installs ffmpeg on ${install.system}. Press Enter to run it; DFFmpeg notices when it is there.`,
  });
  terminal.show();
  await shellReady(terminal);
  terminal.sendText(withoutSudoForRoot(install.command), false);
  return terminal;
}

/** A shell without VS Code's integration says nothing when it is ready: it gets this long. Milliseconds. */
const shellPatience = 2000;

/** From its first sign of life to its prompt. Milliseconds. */
const promptPatience = 400;

/** Text that comes before the prompt would stand there twice. */
function shellReady(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    let timer = setTimeout(finish, shellPatience);
    const subscription = window.onDidChangeTerminalShellIntegration((event) => {
      if (event.terminal !== terminal) return;
      clearTimeout(timer);
      timer = setTimeout(finish, promptPatience);
    });
  });
}

/** In a container people are often root, and `sudo` is not installed. */
function withoutSudoForRoot(command: string): string {
  return process.getuid?.() === 0 ? command.replaceAll(/\bsudo /g, '') : command;
}
