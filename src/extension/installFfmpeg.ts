import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { commands, env, Uri, window, workspace, type Terminal } from 'vscode';
import { ffmpegInstall, manualInstall, parseOsRelease } from '../encoding/ffmpegInstall.ts';
import { readFfmpegPath, section } from './settings.ts';

/**
 * Types the install command of this system into a visible terminal and leaves Enter to the person: it may ask
 * for a password, and nothing is installed on a machine without its owner's hand. The daemon sees by itself
 * when ffmpeg is there. Where a setting names the ffmpeg to use, only another setting helps: that is opened.
 */
export async function offerToInstallFfmpeg(): Promise<Terminal | undefined> {
  if (readFfmpegPath(workspace.getConfiguration(section)) !== undefined) {
    await commands.executeCommand('workbench.action.openSettings', `${section}.ffmpegPath`);
    return undefined;
  }
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
  await promptReady(terminal);
  terminal.sendText(withoutSudoForRoot(install.command), false);
  return terminal;
}

/** From a shell's first sign of life to its prompt. Milliseconds. */
const promptPatience = 400;
/** A shell without VS Code's integration gives no sign: it gets this long once it runs. Milliseconds. */
const silentPatience = 2000;

/** Text that comes before the prompt would stand there twice. */
async function promptReady(terminal: Terminal): Promise<void> {
  const integrated = new Promise<void>((resolve) => {
    const subscription = window.onDidChangeTerminalShellIntegration((event) => {
      if (event.terminal !== terminal) return;
      subscription.dispose();
      resolve();
    });
  });
  await terminal.processId;
  await Promise.race([integrated, delay(silentPatience)]);
  await delay(promptPatience);
}

/** In a container people are often root, and `sudo` is not installed. */
function withoutSudoForRoot(command: string): string {
  return process.getuid?.() === 0 ? command.replaceAll(/\bsudo /g, '') : command;
}
