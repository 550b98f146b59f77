import dgram from 'node:dgram';
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A listener that must hear nothing, and a file that must stay unread. */
export interface Traps {
  /** Of the listener, TCP and UDP. */
  readonly port: number;
  /** Absolute path of the file that nobody may read. */
  readonly secret: string;
  /** A folder into which nobody may write. */
  readonly outside: string;
  /** What they caught since the last call. */
  caught(): Promise<string[]>;
  close(): Promise<void>;
}

/** What a secret would show itself by, wherever it turned up. */
export const secretWord = 'Zyzzogeton-4711';

export async function setTraps(folder: string): Promise<Traps> {
  const outside = path.join(folder, 'outside');
  await mkdir(outside, { recursive: true });
  const secret = path.join(outside, 'secret.srt');
  await writeFile(secret, `1\n00:00:00,000 --> 00:00:09,000\n${secretWord}\n`);
  let heard = 0;
  const tcp = net.createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  const udp = dgram.createSocket('udp4');
  udp.on('message', () => (heard += 1));
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  // With times relative to changes, as most systems mount, reading moves the time of access only when it is older.
  const arm = async () => {
    const now = Date.now() / 1000;
    await utimes(secret, now - 7200, now - 3600);
  };
  await arm();
  return {
    port,
    secret,
    outside,
    async caught() {
      const found: string[] = [];
      if (heard > 0) found.push(`${heard} connections or packets`);
      const { atimeMs, mtimeMs } = await stat(secret);
      if (atimeMs > mtimeMs) found.push('the secret was read');
      heard = 0;
      await arm();
      return found;
    },
    async close() {
      await new Promise((resolve) => tcp.close(resolve));
      await new Promise<void>((resolve) => {
        udp.close(resolve);
      });
    },
  };
}
