import { readClientSettings } from '../../client/clientSettings.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { Invocation } from '../command.ts';
import { openDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { doctorOutputSchema, printJson, type Check, type DoctorOutput } from '../jsonOutput.ts';
import { workspaceFiles } from '../presetFiles.ts';
import { presetCatalog } from '../presets.ts';
import { doctorLines } from '../render/doctorLines.ts';
import { widthFor } from '../render/wrap.ts';
import { styleFor } from '../style.ts';
import {
  checkDaemon,
  checkEncoders,
  checkFfmpeg,
  checkNode,
  checkPresets,
  checkSettings,
  checkStateFolder,
  checkVscode,
} from './checks.ts';
import { checkDisks } from './disks.ts';
import { whenTried } from './whenTried.ts';

export interface DoctorOptions {
  /** Every setting is shown, not only what differs from its default. */
  readonly settings?: boolean;
}

/** @returns 0 when an encode could run, else 1 */
export async function runDoctor(invocation: Invocation, options: DoctorOptions = {}): Promise<number> {
  const { io, json } = invocation;
  const { checks, settings } = await examine(invocation);
  const report = { ok: checks.every(({ level }) => level !== 'fail'), checks, settings };
  if (json) printJson(io.stdout, doctorOutputSchema, report);
  else {
    const shown = { ...options, width: widthFor(io.stdout) };
    io.stdout.write(`${doctorLines(report, styleFor(io.stdout, io.env), shown).join('\n')}\n`);
  }
  return report.ok ? exitCodes.done : exitCodes.failed;
}

async function examine(invocation: Invocation): Promise<Pick<DoctorOutput, 'checks' | 'settings'>> {
  const checks: Check[] = [
    checkNode(process.version, process.execPath),
    await checkStateFolder(invocation.stateDir),
  ];
  if (checks.some(({ level }) => level === 'fail')) return { checks, settings: [] };
  try {
    const daemon = await openDaemon(invocation);
    try {
      const asked = await askDaemon(invocation, daemon);
      return { checks: [...checks, ...asked.checks], settings: asked.settings };
    } finally {
      daemon.close();
    }
  } catch (thrown) {
    const { message, hint } = toDffmpegError(thrown);
    return { checks: [...checks, { name: 'daemon', level: 'fail', detail: message, hint }], settings: [] };
  }
}

async function askDaemon(
  { io, stateDir }: Invocation,
  daemon: DaemonConnection,
): Promise<Pick<DoctorOutput, 'checks' | 'settings'>> {
  const { doctorWaitSeconds } = await readClientSettings(stateDir, io.env);
  const workers = await whenTried(daemon, doctorWaitSeconds * 1000);
  const [status, { settings, problems }, { presets }, workspace] = await Promise.all([
    daemon.request('daemon.status', {}),
    daemon.request('config.show', {}),
    daemon.request('presets.list', {}),
    workspaceFiles(io.cwd),
  ]);
  const local = workers.find((worker) => worker.local);
  return {
    checks: [
      checkDaemon(status),
      ...checkSettings(problems),
      ...(await checkDisks(stateDir, settings)),
      ...checkFfmpeg(status.ffmpeg),
      ...checkEncoders(local?.capabilities ?? {}, status.ffmpeg),
      ...checkPresets(presetCatalog(presets, workspace)),
      checkVscode(io.env),
    ],
    settings,
  };
}
