import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { placingFs, type PlacingFs } from '../../../../src/files/placingFs.ts';

class Killed extends Error {}

export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The real one, but that nothing waits for the disk: a hundred kills would take minutes. */
export const unsynced: PlacingFs = {
  ...placingFs,
  syncResult: () => Promise.resolve(),
  syncFolder: () => Promise.resolve(),
  isWrittenTo: () => Promise.resolve(false),
  async writeText(file, text) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  },
};

/** FAT, exFAT, many network drives. */
export function withoutHardLinks(fs: PlacingFs): PlacingFs {
  return { ...fs, link: () => Promise.reject(systemError('EPERM')) };
}

/** Dies at the `step`th call, before or after it took effect; a dead process does nothing more. */
export function killedAt(
  fs: PlacingFs,
  step: number,
  when: 'before' | 'after',
): { fs: PlacingFs; died: () => boolean } {
  let count = 0;
  let dead = false;
  const entries = Object.entries(fs) as [string, (...args: unknown[]) => Promise<unknown>][];
  const wrapped = entries.map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      if (dead) throw new Killed();
      count += 1;
      if (count !== step) return call(...args);
      dead = true;
      if (when === 'after') await call(...args);
      throw new Killed();
    },
  ]);
  return { fs: Object.fromEntries(wrapped) as PlacingFs, died: () => dead };
}
