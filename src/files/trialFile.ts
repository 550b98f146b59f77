import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode } from './errnoCode.ts';
import { ownPrefix } from './staging.ts';
import type { Traces } from './traces.ts';

/** Said before anything is made. */
const refusals = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EDQUOT']);

/** What happens to a file under a hidden name in `folder`, which is removed afterwards; one that cannot be now stays noted. */
export async function withTrialFile(
  folder: string,
  traces: Traces,
  use: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const trial = path.join(folder, `${ownPrefix}${randomBytes(6).toString('hex')}.try`);
  await traces.note(trial);
  const file = await open(trial, 'wx').catch(async (error: unknown) => {
    await (refusals.has(errnoCode(error) ?? '') ? traces.forget(trial) : traces.remove(trial));
    throw error;
  });
  try {
    await use(file).finally(() => file.close());
  } finally {
    await traces.remove(trial);
  }
}
