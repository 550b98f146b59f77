import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Columns of a line of `/proc/net/tcp` (Linux, Documentation/networking/proc_net_tcp.rst): both ends, and whose the first one is. */
const columns = { local: 1, remote: 2, user: 7 } as const;

/**
 * Whether the other end of a connection over 127.0.0.1 belongs to this user, too: command lines, and what stands in them, can be read by
 * every account of a machine. Where the system does not tell, as everywhere but on Linux, it counts as ours.
 */
export async function isOwnConnection({ remotePort, localPort }: Socket): Promise<boolean> {
  const user = process.getuid?.();
  const table =
    user === undefined ? undefined : await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
  if (table === undefined || remotePort === undefined || localPort === undefined) return true;
  const ends = [endAt(remotePort), endAt(localPort)];
  const line = table
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find((each) => each[columns.local] === ends[0] && each[columns.remote] === ends[1]);
  return line?.[columns.user] === String(user);
}

/** 127.0.0.1 as that table writes it on machines that store the lowest byte first, as all do that Node runs on but s390x. */
function endAt(port: number): string {
  return `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}
