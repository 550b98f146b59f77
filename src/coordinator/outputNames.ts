import { asSeen } from '../encoding/geometry.ts';
import type { OutputPreset } from '../encoding/output.ts';
import { outputTemplate, resolveOutputPath } from '../encoding/outputName.ts';
import { joinPath, parsePath, type PathPlatform } from '../encoding/pathText.ts';
import type { Probe } from '../encoding/probe.ts';
import type { Outcome } from '../encoding/problem.ts';
import { pickVideo } from '../encoding/streams.ts';
import { longestName, nameTooLong } from '../files/resultName.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Reservation } from './store.ts';
import type { JobRecord } from './store/records.ts';

/** What decides the name of a result. */
export interface OutputNaming {
  /** The first, where several are joined. */
  readonly source: string;
  readonly presetName: string;
  readonly output: Pick<OutputPreset, 'name' | 'container' | 'file'>;
  /** The job's template. */
  readonly template?: string | undefined;
  /** In place of the template’s. */
  readonly folder?: string | undefined;
  /** Of the source's picture as it is seen. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
}

export function outputNaming(job: JobRecord, output: OutputPreset, platform: string): OutputNaming {
  return {
    source: sourcesOf(job)[0],
    presetName: job.preset,
    output,
    template: job.output,
    folder: job.folder,
    size: sizeOf(job.probes?.[0]),
    platform,
  };
}

export function sourcesOf(job: JobRecord): [string, ...string[]] {
  const [first, ...more] = job.sources.map(({ path }) => path);
  if (first === undefined) throw new DffmpegError('internal', `Job ${job.id} has no source.`);
  return [first, ...more];
}

function sizeOf(probe: Probe | undefined): OutputNaming['size'] {
  const picture = probe && pickVideo(probe);
  return picture && asSeen(picture);
}

/** Name number `number` for the result, 1 and up: `clip.web.mp4`, `clip.web-2.mp4`, … */
export function outputName(naming: OutputNaming, number: number): Reservation {
  const { source, presetName, output, template, folder, size, platform } = naming;
  const { path } = unwrap(
    resolveOutputPath(outputTemplate(output, template), {
      source,
      preset: presetName,
      output: output.name,
      container: output.container,
      size,
      platform: pathPlatform(platform),
      ...(number > 1 ? { taken: number } : {}),
    }),
  );
  if (folder === undefined) return reservationOf(path, platform);
  const { fileName } = parsePath(path, pathPlatform(platform));
  return reservationOf(joinPath(folder, fileName, pathPlatform(platform)), platform);
}

/** Folder of the result; undefined where it depends on what the source turns out to be. */
export function outputFolder(naming: OutputNaming): string | undefined {
  const [small, large] = [2, 4].map((side) => {
    const { path } = outputName({ ...naming, size: { width: side, height: side } }, 1);
    return parsePath(path, pathPlatform(naming.platform)).folder;
  });
  return small === large ? small : undefined;
}

export function folderOf(path: string, platform: string): string {
  return parsePath(path, pathPlatform(platform)).folder;
}

export function reservationOf(path: string, platform: string): Reservation {
  return { path, normalised: normalisePath(path, platform) };
}

/** Those of these normalised paths that are not to be had. */
export type ReservedAmong = (normalised: readonly string[]) => Promise<readonly string[]>;

/** A name tried often enough that something else must be wrong. */
const maxNumber = 100_000;
const namesAtOnce = 64;

/**
 * The first name that is neither reserved nor comes before `taken`, which the disk turned out to have. Whether
 * the disk has it is asked when the result is placed. Throws `request-invalid` where the name is too long for any disk.
 */
export async function freeName(
  naming: OutputNaming,
  reserved: ReservedAmong,
  taken?: string,
): Promise<Reservation> {
  // The numbered ones are no longer than this.
  const { fileName } = parsePath(outputName(naming, 1).path, pathPlatform(naming.platform));
  if (fileName.length > longestName) throw nameTooLong(fileName);
  for (let number = taken === undefined ? 1 : numberOf(naming, taken) + 1; number < maxNumber;) {
    const names = Array.from({ length: namesAtOnce }, (_, index) => outputName(naming, number + index));
    const gone = new Set(await reserved(names.map(({ normalised }) => normalised)));
    const free = names.find(({ normalised }) => !gone.has(normalised));
    if (free) return free;
    number += namesAtOnce;
  }
  throw new DffmpegError('destination-unwritable', 'Every name for the result is taken.', {
    hint: 'Choose another output folder, or another output template.',
  });
}

function numberOf(naming: OutputNaming, path: string): number {
  for (let number = 1; number < maxNumber; number += 1)
    if (outputName(naming, number).path === path) return number;
  return 1;
}

/** Equal for all spellings of one file: the systems whose disks usually ignore case are taken at that. */
export function normalisePath(path: string, platform: string): string {
  const composed = path.normalize('NFC');
  return platform === 'win32' || platform === 'darwin' ? composed.toLowerCase() : composed;
}

function pathPlatform(platform: string): PathPlatform {
  return platform === 'win32' ? 'win32' : 'posix';
}

export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw DffmpegError.from(outcome.problem);
  return outcome;
}
