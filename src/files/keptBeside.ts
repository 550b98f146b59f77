import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { maxKept, type KeptSource } from '../protocol/fileState.ts';
import { asideFolder } from './aside.ts';
import { identityIfThere, sameFile } from './fileIdentity.ts';

/**
 * Sources that jobs have set aside beside this file, and that had its name: it may be the result of one of them. A second
 * name of the file itself is none. Of what is not there, or may not be read, nothing.
 */
export async function keptBeside(file: string): Promise<KeptSource[]> {
  const folder = path.join(path.dirname(file), asideFolder);
  const { name: stem } = path.parse(file);
  const kept: KeptSource[] = [];
  const itself = await identityIfThere(file).catch(() => undefined);
  for (const jobId of await namesIn(folder))
    for (const name of await namesIn(path.join(folder, jobId))) {
      const at = path.join(folder, jobId, name);
      if (path.parse(name).name !== stem || kept.length === maxKept) continue;
      const there = await identityIfThere(at).catch(() => undefined);
      if (itself && there && sameFile(itself, there)) continue;
      kept.push({ jobId, path: at });
    }
  return kept;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** Of a file beside which lies what a job has set aside that no queue here knows: an older queue was put back. */
export function keptByUnknown(file: string, { jobId, path: kept }: KeptSource): DffmpegError {
  return new DffmpegError(
    'conflict',
    `${kept} was replaced by job ${jobId}, of which this queue knows nothing: ${file} may be its result, and is not replaced once more.`,
    {
      hint: 'Was an older store.sqlite put back? Put that source in its place again, or move it away.',
    },
  );
}
