import { open, rm } from 'node:fs/promises';
import { runTimed } from './commands.ts';

/** Seconds of picture that are encoded; a longer film has them again and again. */
export const partSeconds = 10;

export interface FilmOptions {
  readonly seconds: number;
  /** `640x360` */
  readonly size?: string;
  /** Of libx264: how much each second takes. */
  readonly crf?: number;
}

/** An MP4 with its index at its end, of noise that no encoder makes small. */
export async function makeFilm(
  file: string,
  { seconds, size = '640x360', crf = 14 }: FilmOptions,
): Promise<void> {
  const part = `${file}.part.mp4`;
  const picture = `testsrc2=size=${size}:rate=30:duration=${partSeconds},noise=alls=12:allf=t`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', String(crf), '-c:a', 'aac'];
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${partSeconds}`];
  await runTimed('ffmpeg', ['-v', 'error', ...inputs, ...encoder, '-y', part], process.env);
  const loop = ['-stream_loop', String(Math.ceil(seconds / partSeconds) - 1), '-i', part];
  await runTimed('ffmpeg', ['-v', 'error', ...loop, '-c', 'copy', '-y', file], process.env);
  await rm(part);
}

/** MiB of the index, which is the last box. */
export async function indexOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(16);
    for (let at = 0; at < size;) {
      await handle.read(head, 0, head.length, at);
      const short = head.readUInt32BE(0);
      const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (head.toString('latin1', 4, 8) === 'moov') return length / 1024 / 1024;
      at += length;
    }
    throw new Error('It has no index.');
  } finally {
    await handle.close();
  }
}
