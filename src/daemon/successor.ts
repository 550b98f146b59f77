import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ClientSettings } from '../client/clientSettings.ts';
import { findNode } from '../client/findNode.ts';
import { isNewer } from '../client/handOver.ts';
import { readBuild } from '../client/installProgram.ts';
import { startDaemon } from '../client/startDaemon.ts';

/** The newest program among the copies in the state folder that is newer than this version. */
export async function newerProgram(stateDir: string, version: string): Promise<string | undefined> {
  const bin = path.join(stateDir, 'bin');
  let best: { folder: string; version: string } | undefined;
  for (const name of await readdir(bin).catch(() => [])) {
    const folder = path.join(bin, name);
    const build = name.startsWith('.') ? undefined : await readBuild(folder).catch(() => undefined);
    if (build && isNewer(build.version, best?.version ?? version)) best = { folder, version: build.version };
  }
  return best?.folder;
}

/** Starts it on this state folder, whose lock must be free, and waits until it is ready. */
export async function startSuccessor(
  programDir: string,
  stateDir: string,
  settings: ClientSettings,
): Promise<void> {
  const { env, platform, execPath, versions } = process;
  const preferOwn = versions['electron'] === undefined;
  const node = await findNode({ preferOwn, env, platform, execPath, settings });
  await startDaemon({ stateDir, programDir, node, env, settings });
}
