import { defaultsOf, type SettingValues } from '../protocol/settingRow.ts';
import { fileRows } from './fileRows.ts';
import type { ReapTimes } from './processTable.ts';
import { workerRows } from './workerRows.ts';

/** What the worker lives by, in the units that the names say. Read when needed: values may change meanwhile. */
export type WorkerSettings = SettingValues<typeof workerRows> & SettingValues<typeof fileRows>;

export const defaultWorkerSettings: WorkerSettings = { ...defaultsOf(workerRows), ...defaultsOf(fileRows) };

export function reapTimes({
  reapWaitSeconds,
  reapLookMs,
}: Pick<WorkerSettings, 'reapWaitSeconds' | 'reapLookMs'>): ReapTimes {
  return { waitMs: reapWaitSeconds * 1000, lookMs: reapLookMs };
}
