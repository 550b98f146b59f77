import { access, constants, mkdir } from 'node:fs/promises';
import type { Capabilities } from '../../encoding/dialect.ts';
import { isNewEnough, minimumNode } from '../../client/findNode.ts';
import { networkFileSystemOf } from '../../client/networkFileSystem.ts';
import { requireStateFolder } from '../../client/requireStateFolder.ts';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Result } from '../../protocol/contract.ts';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { FfmpegStatus } from '../../protocol/model.ts';
import type { Check } from '../jsonOutput.ts';
import { printable } from '../../encoding/printable.ts';
import { refusalReason } from '../../encoding/refusal.ts';
import type { PresetCatalog } from '../presets.ts';
import { neededEncoders } from './whenTried.ts';

export function checkNode(version: string, execPath: string): Check {
  const detail = `${version} at ${execPath}`;
  if (isNewEnough(version.replace(/^v/, ''))) return { name: 'Node', level: 'ok', detail };
  return {
    name: 'Node',
    level: 'fail',
    detail: `${detail} is older than ${minimumNode.major}.${minimumNode.minor}`,
    hint: `Install Node ${minimumNode.major} or newer from https://nodejs.org.`,
  };
}

export async function checkStateFolder(stateDir: string): Promise<Check> {
  const name = 'state folder';
  try {
    await requireStateFolder(stateDir);
  } catch (thrown) {
    const { message, hint } = toDffmpegError(thrown);
    return { name, level: 'fail', detail: message, hint };
  }
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await access(stateDir, constants.W_OK);
  } catch (error) {
    return {
      name,
      level: 'fail',
      detail: `${stateDir} cannot be written (${error instanceof Error ? error.message : String(error)})`,
      hint: 'Make it yours, or choose another: dffmpeg --state-dir FOLDER doctor',
    };
  }
  const network = await networkFileSystemOf(stateDir);
  if (network !== undefined)
    return {
      name,
      level: 'fail',
      detail: `${stateDir} lies on a network file system (${network}), whose locks the queue cannot trust`,
      hint: 'Choose a folder on a local disk: dffmpeg --state-dir FOLDER doctor',
    };
  return { name, level: 'ok', detail: `${stateDir}, on a local file system` };
}

export function checkDaemon({ version, build, pid, node }: Result<ClientMethods['daemon.status']>): Check {
  return { name: 'daemon', level: 'ok', detail: `${version} (build ${build}), process ${pid}, Node ${node}` };
}

export function checkFfmpeg(ffmpeg: FfmpegStatus): Check[] {
  switch (ffmpeg.state) {
    case 'ready':
      return [
        { name: 'ffmpeg', level: 'ok', detail: `${printable(ffmpeg.version)} at ${ffmpeg.path}` },
        { name: 'ffprobe', level: 'ok', detail: `at ${ffmpeg.ffprobePath}` },
      ];
    case 'checking':
      return [
        { name: 'ffmpeg', level: 'warn', detail: 'still being looked for', hint: 'Try again in a moment.' },
      ];
    case 'missing':
      return [{ name: 'ffmpeg', level: 'fail', detail: ffmpeg.error.message, hint: ffmpeg.error.hint }];
  }
}

/** An encoder that a trial run refused is a fault only where the default preset needs it. */
export function checkEncoders(capabilities: Capabilities, ffmpeg: FfmpegStatus): Check[] {
  if (ffmpeg.state !== 'ready') return [];
  const entries = Object.entries(capabilities).sort(([a], [b]) => a.localeCompare(b));
  const needed = neededEncoders();
  const proven = entries.filter(([, { usable }]) => usable).map(([name]) => name);
  const checks: Check[] = [
    {
      name: 'encoders',
      level: 'ok',
      detail: proven.length > 0 ? `proven: ${proven.join(', ')}` : 'none proven yet',
    },
  ];
  for (const [name, capability] of entries) {
    if (capability.usable) continue;
    const refused = `refused: ${refusedBecause(capability.refusal)}`;
    checks.push(
      needed.includes(name)
        ? {
            name,
            level: 'fail',
            detail: refused,
            hint: 'The default preset needs it: install an ffmpeg that has it, or set one with --ffmpeg.',
          }
        : { name, level: 'note', detail: refused },
    );
  }
  for (const name of needed)
    if (!Object.hasOwn(capabilities, name))
      checks.push({ name, level: 'warn', detail: 'not tried yet', hint: 'Try again in a moment.' });
  return checks;
}

/** What the daemon found wrong in its settings: it goes on without. */
export function checkSettings(problems: Result<ClientMethods['config.show']>['problems'] = []): Check[] {
  return problems.map(({ place, message, hint }) => ({
    name: 'settings',
    level: 'warn',
    detail: `${place}: ${printable(message)}`,
    hint: hint ?? 'Correct it there; docs/settings.md lists every setting.',
  }));
}

export function checkPresets({ presets, problems }: PresetCatalog): Check[] {
  const names = presets.map(({ name }) => name).join(', ');
  return [
    { name: 'presets', level: 'ok', detail: names },
    ...problems.map(({ place, message, hint }): Check => ({
      name: 'presets',
      level: 'warn',
      detail: `${place}: ${message}`,
      hint: hint ?? 'Correct it there; docs/presets.md lists every field.',
    })),
  ];
}

export function checkVscode(env: Readonly<Record<string, string | undefined>>): Check {
  const inside = env['TERM_PROGRAM'] === 'vscode';
  return {
    name: 'VS Code',
    level: 'ok',
    detail: inside
      ? 'this is its terminal; the view DFFmpeg shows these jobs'
      : 'with the extension dffmpeg.dffmpeg, right-click a clip and choose Encode with DFFmpeg',
  };
}

function refusedBecause(stderr: string): string {
  return printable(refusalReason(stderr)).slice(0, 160);
}
