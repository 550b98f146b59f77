import { open } from 'node:fs/promises';

/** Types of the boxes that an MP4 or QuickTime file begins with (ISO/IEC 14496-12, and what cameras write). */
const firstBoxes = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'styp', 'moof'];

/**
 * Whether the file begins as MP4 does. ffmpeg takes the name's word: it says of a text file named .mp4 what it
 * says of a film whose recording was cut off.
 */
export async function beginsAsIsoMedia(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead === 8 && firstBoxes.includes(buffer.toString('latin1', 4));
  } finally {
    await handle.close();
  }
}
