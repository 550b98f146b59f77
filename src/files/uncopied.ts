import { uncopiedChunks } from './iffChunks.ts';
import { uncopiedChapters } from './matroskaChapters.ts';
import { uncopiedBoxes, type Uncopied } from './uncopiedBoxes.ts';
import { uncopiedSoundTags } from './soundTags.ts';

/**
 * What a source carries that ffmpeg does not read, and so never copies. It cannot be asked: the file itself is looked at, by the
 * name of its format as ffprobe has it. Nothing of formats that nobody has told us of.
 */
export async function uncopied(file: string, formatName: string): Promise<Uncopied[]> {
  if (formatName.startsWith('mov,')) return uncopiedBoxes(file);
  if (formatName.startsWith('matroska'))
    return (await uncopiedChapters(file)).map((name) => ({ name, loses: 'chapters' }));
  const names = ['wav', 'aiff', 'avi'].includes(formatName)
    ? await uncopiedChunks(file)
    : ['mp3', 'aac', 'tta', 'flac'].includes(formatName)
      ? await uncopiedSoundTags(file, formatName)
      : [];
  return names.map((name) => ({ name, loses: 'tags' }));
}
