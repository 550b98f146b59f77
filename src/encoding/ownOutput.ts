import { containerTable } from './containers.ts';
import { containers } from './presetNames.ts';
import type { Preset } from './preset.ts';
import { splitFileName } from './pathText.ts';

/** The marks that the default template puts behind a source's name: `web`, `web.hd`. */
interface Marks {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Tells results of our own, which a scan of a folder leaves out: names that the default template gives with one of
 * these presets.
 */
export function ownOutputs(presets: Readonly<Record<string, Preset>>): {
  /** `clip.web.mp4`, `clip.web.hd-2.mp4` */
  isFile(fileName: string): boolean;
  /** `clip.hls`, `clip.hls-2`: a folder that was made to stream from. */
  isFolder(folderName: string): boolean;
} {
  const marks = marksOf(presets);
  return {
    isFile: (fileName) => {
      const { stem, extension } = splitFileName(fileName);
      return (containers as readonly string[]).includes(extension) && endsIn(stem, marks.files);
    },
    isFolder: (folderName) => endsIn(folderName, marks.folders),
  };
}

function marksOf(presets: Readonly<Record<string, Preset>>): Marks {
  const files: string[] = [];
  const folders: string[] = [];
  for (const [name, preset] of Object.entries(presets)) {
    const named = Object.entries(preset.outputs ?? {});
    const outputs =
      named.length === 0
        ? [[name, preset.container] as const]
        : named.map(
            ([output, { container }]) => [`${name}.${output}`, container ?? preset.container] as const,
          );
    for (const [mark, container] of outputs)
      (container !== undefined && containerTable[container].kind === 'ladder' ? folders : files).push(mark);
  }
  return { files, folders };
}

function endsIn(name: string, marks: readonly string[]): boolean {
  const unnumbered = name.replace(/-\d+$/u, '');
  return marks.some((mark) =>
    [name, unnumbered].some((text) => text.endsWith(`.${mark}`) && text.length > mark.length + 1),
  );
}
