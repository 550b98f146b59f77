import { parsePath, splitFileName } from './pathText.ts';

/** A file that a preset names, with the name of the source for what stands for it. `path`: of the source, absolute. */
export function assetNamed(asset: string, path: string): string {
  const { fileName } = parsePath(path, path.startsWith('/') ? 'posix' : 'win32');
  return asset
    .replaceAll('${fileBasenameNoExtension}', () => splitFileName(fileName).stem)
    .replaceAll('${fileBasename}', () => fileName);
}
