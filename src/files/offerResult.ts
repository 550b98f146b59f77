import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { maxResultFiles, type OfferedResult } from '../protocol/offers.ts';
import type { OfferedFiles } from './offeredFiles.ts';

/** Offers a result, a file or a folder with all that is in it, to `taker`, until it is withdrawn: its destination may be away for days. */
export async function offerResult(
  staged: string,
  taker: string,
  offered: OfferedFiles,
): Promise<OfferedResult> {
  const isFolder = (await stat(staged)).isDirectory();
  const names = isFolder ? await filesBelow(staged) : [''];
  if (names.length > maxResultFiles)
    throw new DffmpegError(
      'request-invalid',
      `The result has ${names.length} files, which is more than may travel.`,
      {
        hint: 'Choose longer segments, or encode on the machine that holds the source.',
      },
    );
  const files: OfferedResult['files'] = [];
  for (const name of names) {
    const file = path.join(staged, name);
    const { size, mtimeNs } = await stat(file, { bigint: true });
    const state = { bytes: Number(size), modified: String(mtimeNs) };
    files.push({
      name: name.split(path.sep).join('/'),
      ...state,
      ticket: offered.offer({ path: file, ...state }, taker, { keep: true }),
    });
  }
  return { name: path.basename(staged), isFolder, files };
}

export async function withdrawResult({ files }: OfferedResult, offered: OfferedFiles): Promise<void> {
  await Promise.all(files.map(({ ticket }) => offered.withdraw(ticket)));
}

/** Relative to the folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
