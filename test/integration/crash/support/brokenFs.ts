import path from 'node:path';
import { placingFs, type PlacingFs } from '../../../../src/files/placingFs.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { OutputCounter } from './brokenStore.ts';

/** The disk of the placing, held between its steps; without hard links or in two devices as the plan has it. */
export function breakFs(breakpoints: Breakpoints, outputs: OutputCounter): PlacingFs {
  const at = (point: Parameters<Breakpoints['at']>[0]): Promise<void> =>
    breakpoints.at(point, outputs.current);
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
      await at('placing');
      await placingFs.link(from, to);
      await at('placed');
    },
    async rename(from, to) {
      refuseOtherDevice(from);
      await at('placing');
      await placingFs.rename(from, to);
      await at('placed');
    },
    async syncFolder(folder) {
      await placingFs.syncFolder(folder);
      await at('folder-synced');
    },
  };

  function refuseOtherDevice(from: string): void {
    if (breakpoints.plan.placing === 'copy' && !isCopy(from)) throw errno('EXDEV');
  }
}

function isCopy(result: string): boolean {
  return path.basename(result).endsWith('.copy');
}

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}
