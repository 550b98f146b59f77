import { parsePath, splitFileName } from './pathText.ts';
import type { WorkFile } from './plan.ts';

/** Files that a preset names, with what stands in their names for the source’s own. `path`: of the source, absolute. */
export function assetsNamed(files: readonly WorkFile[], path: string): WorkFile[] {
  const { fileName } = parsePath(path, path.startsWith('/') ? 'posix' : 'win32');
  return files.map((file) =>
    'asset' in file
      ? {
          ...file,
          asset: file.asset
            .replaceAll('${fileBasenameNoExtension}', () => splitFileName(fileName).stem)
            .replaceAll('${fileBasename}', () => fileName),
        }
      : file,
  );
}
