import { isMediaFileName } from '../../encoding/mediaExtensions.ts';
import { filePattern } from '../../files/filePattern.ts';
import { isPartialName } from '../../files/partialName.ts';
import type { WatchFolderSpec } from '../../protocol/watchFolder.ts';

/** Which names of a watched folder are meant. Paths begin at the folder, with `/` between names. */
export interface WatchFilter {
  takesFile(relativePath: string): boolean;
  entersFolder(relativePath: string): boolean;
}

export function watchFilter({
  include,
  exclude,
  recursive,
}: Pick<WatchFolderSpec, 'include' | 'exclude' | 'recursive'>): WatchFilter {
  const wanted = include.map(filePattern);
  const unwanted = exclude.map(filePattern);
  return {
    takesFile: (relativePath) => {
      const name = baseName(relativePath);
      if (isPartialName(name)) return false;
      if (unwanted.some((matches) => matches(relativePath))) return false;
      return wanted.length === 0 ? isMediaFileName(name) : wanted.some((matches) => matches(relativePath));
    },
    entersFolder: (relativePath) => {
      const name = baseName(relativePath);
      return (
        recursive &&
        !isPartialName(name) &&
        name !== 'node_modules' &&
        !unwanted.some((matches) => matches(relativePath))
      );
    },
  };
}

function baseName(relativePath: string): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}
