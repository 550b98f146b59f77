import path from 'node:path';
import { placingFs, type PlacingFs } from '../../../../src/files/placingFs.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { OutputCounter } from './brokenStore.ts';
import type { Point } from './steps.ts';

/** The disk of the placing, held between its steps; without hard links or in two devices as the plan has it. */
export function breakFs(breakpoints: Breakpoints, outputs: OutputCounter): PlacingFs {
  const at = (point: Parameters<Breakpoints['at']>[0]): Promise<void> =>
    breakpoints.at(point, outputs.current);
  /** The points around a file's getting its name: of a result by its job, or of what a replacement moves. */
  const around = (from: string): readonly [before: Point, after: Point, output?: number] => {
    if (outputs.phase === 'replacing') return ['takeover-next', 'takeover'];
    if (outputs.phase === undefined) return ['placing', 'placed', outputs.current];
    return isAside(from) ? ['restore-next', 'restored'] : ['giveback-next', 'giveback'];
  };
  return {
    ...placingFs,
    async bytes(result) {
      const bytes = await placingFs.bytes(result);
      await at('verified');
      return bytes;
    },
    async syncResult(result) {
      await placingFs.syncResult(result);
      await at(isCopy(result) ? 'copied' : 'synced');
    },
    async writeText(file, text) {
      await placingFs.writeText(file, text);
      await at('intended');
    },
    async createExclusive(file) {
      await placingFs.createExclusive(file);
      await at('reserved');
    },
    async createFolder(folder) {
      await placingFs.createFolder(folder);
      await at('reserved');
    },
    async link(from, to) {
      refuseOtherDevice(from);
      if (breakpoints.plan.placing === 'rename') throw errno('EPERM');
      const [before, after, output] = around(from);
      await breakpoints.at(before, output);
      await placingFs.link(from, to);
      await breakpoints.at(after, output);
    },
    async rename(from, to) {
      // On one disk, whatever the plan says of results, as is an old name that is about to be removed.
      if (to.endsWith('.old')) return placingFs.rename(from, to);
      if (isAside(to)) await breakpoints.at('aside-next');
      else refuseOtherDevice(from);
      const [before, after, output] = isAside(to) ? [undefined, 'aside' as const] : around(from);
      if (before) await breakpoints.at(before, output);
      await placingFs.rename(from, to);
      await breakpoints.at(after, output);
    },
    async remove(file) {
      if (isAside(file)) await breakpoints.at('discard-next');
      await placingFs.remove(file);
      if (isAside(file)) await breakpoints.at('discarded');
    },
    async syncFolder(folder) {
      await placingFs.syncFolder(folder);
      await at('folder-synced');
    },
  };

  function refuseOtherDevice(from: string): void {
    if (breakpoints.plan.placing === 'copy' && !isCopy(from) && !isAside(from)) throw errno('EXDEV');
  }
}

/** A source that its result has replaced. */
function isAside(file: string): boolean {
  return path.basename(path.dirname(path.dirname(file))) === '.dffmpeg-replaced';
}

function isCopy(result: string): boolean {
  return path.basename(result).endsWith('.copy');
}

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}
