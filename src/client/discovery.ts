import { open } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DffmpegError } from '../protocol/errors.ts';

/** `daemon.json`: written by the daemon (mode 0600, atomically) when it is ready, read by everyone who looks for it. */
export const discoverySchema = z.object({
  /** `major.minor` of the protocol. */
  protocol: z.string(),
  version: z.string(),
  build: z.string(),
  pid: z.int().positive(),
  /** Milliseconds since the epoch; tells a restarted daemon from the one before. */
  startTime: z.number(),
  /** Where `connectWebSocket` dials: `ws://127.0.0.1:PORT/channel`. */
  url: z.string(),
  /** Shared secret of the handshake. Whoever reads it is the person at this machine. */
  key: z.string().min(32),
});

export type Discovery = z.output<typeof discoverySchema>;

/** The identity under which whoever can read the discovery file signs. */
export const localIdentity = 'local';

const maxBytes = 64 * 1024;

export function discoveryPath(stateDir: string): string {
  return path.join(stateDir, 'daemon.json');
}

/**
 * One read of one file; no process, no socket. Nothing there, or not a discovery file: undefined. A file that
 * other accounts may read, or that another account wrote, is refused with `forbidden`: its key is no secret.
 */
export async function readDiscovery(stateDir: string): Promise<Discovery | undefined> {
  const file = discoveryPath(stateDir);
  const text = await readPrivately(file);
  if (text === undefined) return undefined;
  try {
    return discoverySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The mode is asked of the open file, so that what is checked is what is read. */
async function readPrivately(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw new DffmpegError('forbidden', `${file} cannot be read.`, {
      hint: 'Make the file yours again, or delete it and restart the daemon.',
      cause: error,
    });
  });
  if (handle === undefined) return undefined;
  try {
    const stat = await handle.stat();
    const { mode, uid, size } = stat;
    const own = process.getuid?.();
    if (own !== undefined && ((mode & 0o077) !== 0 || uid !== own))
      throw new DffmpegError('forbidden', `${file} can be read or was written by other accounts.`, {
        hint: `Delete it and restart the daemon, or type: chmod 600 '${file}'`,
      });
    if (!stat.isFile() || size > maxBytes) return undefined;
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Whether the daemon that wrote the file can still be there. A process of another account counts as alive. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether two readings tell of the same run of a daemon. */
export function isSameDaemon(one: Discovery | undefined, other: Discovery | undefined): boolean {
  return one?.pid === other?.pid && one?.startTime === other?.startTime && one?.key === other?.key;
}
