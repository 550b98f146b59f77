import { access, constants, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { outputTemplate, resolveOutputPath } from '../../encoding/outputName.ts';
import type { OutputPreset } from '../../encoding/output.ts';
import { outputsOf } from '../../encoding/presetOutputs.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { PresetSnapshot } from '../../protocol/model.ts';

export interface Destinations {
  readonly preset: PresetSnapshot;
  readonly output: string | undefined;
  readonly stateDir: string;
  /** What tests replace. */
  readonly mayWrite?: (folder: string) => Promise<void>;
}

/**
 * Why a result of one of these sources cannot be written, said before anything is begun. The worker, which writes there
 * to prove it, says the rest: what is full or away may pass, and is waited for.
 */
export async function destinationTrouble(
  sources: readonly string[],
  { preset, output, stateDir, mayWrite = (folder) => access(folder, constants.W_OK) }: Destinations,
): Promise<DffmpegError | undefined> {
  const folders = new Set(
    outputsOf(preset.preset).flatMap((one) =>
      sources.flatMap((source) => folderOf(one, source, preset.name, output)),
    ),
  );
  for (const folder of folders) {
    const trouble = await troubleOf(folder, stateDir, mayWrite);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** None where it depends on what the source turns out to be. */
function folderOf(
  output: OutputPreset,
  source: string,
  preset: string,
  template: string | undefined,
): string[] {
  const [small, large] = [2, 4].map((side) => {
    const resolved = resolveOutputPath(outputTemplate(output, template), {
      ...{ source, preset, output: output.name, container: output.container },
      size: { width: side, height: side },
      platform: process.platform === 'win32' ? 'win32' : 'posix',
    });
    return resolved.ok ? path.dirname(resolved.path) : undefined;
  });
  return small !== undefined && small === large ? [small] : [];
}

async function troubleOf(
  folder: string,
  stateDir: string,
  mayWrite: (folder: string) => Promise<void>,
): Promise<DffmpegError | undefined> {
  if (isBelow(await asFarAsThere(folder), await asFarAsThere(stateDir)))
    return trouble(
      'destination-unwritable',
      `${folder} lies in DFFmpeg’s own folder, where a result would not stay.`,
      'Choose another folder for the result.',
    );
  try {
    if (!(await stat(folder)).isDirectory())
      return trouble('destination-missing', `${folder} is not a folder.`, 'Choose a folder for the result.');
    await mayWrite(folder);
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return trouble(
        'destination-missing',
        `The folder ${folder} does not exist.`,
        'Create it, or choose another one for the result.',
      );
    if (code === 'ENOTDIR')
      return trouble('destination-missing', `${folder} is not a folder.`, 'Choose a folder for the result.');
    if (['EACCES', 'EPERM', 'EROFS'].includes(code))
      return trouble(
        'destination-unwritable',
        `The folder ${folder} cannot be written to.`,
        'Choose another folder for the result, or change the permissions of this one.',
      );
    return undefined;
  }
}

function trouble(
  code: 'destination-missing' | 'destination-unwritable',
  message: string,
  hint: string,
): DffmpegError {
  return new DffmpegError(code, message, { hint: `${hint} Nothing was begun.` });
}

/** Links resolved, of the part that is there. */
async function asFarAsThere(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : path.join(await asFarAsThere(above), path.basename(folder));
  }
}

function isBelow(folder: string, root: string): boolean {
  const way = path.relative(root, folder);
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
}
