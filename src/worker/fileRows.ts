import path from 'node:path';
import * as z from 'zod';
import { stagings } from '../encoding/streamable.ts';
import { maxMounts, mountNameSchema } from '../protocol/mounts.ts';
import { age, asText, count, duration, ratio, size, type SettingRow } from '../protocol/settingRow.ts';

/** Where files lie, how long they are kept, and how a result is placed. */
export const fileRows = {
  scratchFolder: {
    doc: 'Folder for work under way. Empty: `scratch` in the state folder. On the disk of the results, so that they need not be copied.',
    schema: z.string().max(4096),
    default: '',
    text: asText,
    hot: false,
  },
  cacheLowMegabytes: size(
    'megabytes',
    48,
    'While less than this is free on the disk of the state folder, what trial runs prove is not kept in its cache, and what was kept of other ffmpegs is removed: the cache gives way first.',
    { hot: true },
  ),
  cacheMegabytes: size(
    'megabytes',
    20_000,
    'What a worker keeps of sources that it has fetched from another machine and that nobody needs now; those used longest ago go first.',
    { hot: true },
  ),
  staging: {
    doc: 'How a worker on another machine begins with a source. `whole`: when all of it is there. `stream`: at once, wherever ffmpeg can read it while it comes; what is read then comes first. `auto`: so where ffmpeg reads it once, from its beginning to its end.',
    schema: z.enum(stagings),
    default: 'auto',
    text: asText,
    hot: true,
  },
  rangesAtOnce: count(8, 'How many parts of a file are fetched at once from another machine, 1 MiB each.', {
    min: 1,
    max: 64,
    hot: true,
  }),
  ticketMinutes: duration(
    'minutes',
    60,
    'A source that is offered to another machine, and that nobody has read of for so long, is offered no more, until it is asked for anew.',
    { min: 1, hot: true },
  ),
  mount: {
    doc: 'Folders that other machines see, too, by a name that is the same on all of them: `MEDIA=/mnt/nas`. What a worker sees there it opens where it lies, in place of fetching it; anything else about it stays as it is.',
    schema: z
      .record(
        mountNameSchema,
        z
          .string()
          .max(4096)
          .refine((folder) => path.isAbsolute(folder), { message: 'Write the whole path of the folder.' }),
      )
      .refine((mounts) => Object.keys(mounts).length <= maxMounts, {
        message: `There are ${maxMounts} mounts at most.`,
      }),
    default: {},
    text: asMounts,
    repeatable: true,
    hot: true,
  },
  mountLookSeconds: duration(
    'seconds',
    10,
    'How often it is looked whether a mount is there and can be read.',
    { min: 0.1, hot: true },
  ),
  mountTimeoutSeconds: duration(
    'seconds',
    5,
    'A mount that does not answer for so long is taken for one that is not there, until it does.',
    { min: 0.1, hot: true },
  ),
  mountReadSeconds: duration(
    'seconds',
    60,
    'How long it may take to see in a mount whether a file is the one that is meant: 96 MiB of it are read. One that takes longer is fetched.',
    { min: 0.1, hot: true },
  ),
  mountDistrustMinutes: duration(
    'minutes',
    10,
    'A file whose encode has failed after it was opened in a mount is fetched for so long.',
    { hot: true },
  ),
  fetchRetryMs: duration(
    'milliseconds',
    500,
    'A part of a file that could not be fetched for a passing reason is fetched again after so long.',
    { min: 1, hot: true },
  ),
  scratchLowMegabytes: size(
    'megabytes',
    32,
    'Nothing new is begun while less than this is free for work under way; what runs goes on.',
    { hot: true },
  ),
  destinationLowMegabytes: size(
    'megabytes',
    32,
    'Nothing new is begun whose result goes to a disk with less than this free; what runs goes on.',
    { hot: true },
  ),
  placeStallSeconds: duration(
    'seconds',
    60,
    'When giving a result its name takes longer, the log of its job says so. It is waited for all the same: to give up could leave a second result.',
    { min: 1, hot: true },
  ),
  diskLookSeconds: duration(
    'seconds',
    3,
    'How often a disk that is full is looked at while a job waits for room on it, and a folder that is away while something of an attempt lies in it.',
    { min: 0.1, hot: true },
  ),
  placeRetryMinSeconds: duration(
    'seconds',
    2,
    'A destination that does not take a finished result is tried again after so long; longer each further time.',
    { min: 0.01, hot: true },
  ),
  placeRetryMaxSeconds: duration('seconds', 25, 'The longest wait between two such tries.', {
    min: 0.01,
    hot: true,
  }),
  placeRetryFactor: ratio(2, 'Each such wait is so many times as long as the one before.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  placeRetries: count(
    5,
    'How many such tries there are in one attempt. A destination that is full, gone or read-only is waited for however long it takes.',
    { max: 1000, hot: true },
  ),
  placementKeepDays: age(
    'days',
    30,
    'Notes about results that were being placed are dropped after so long.',
    {
      hot: true,
    },
  ),
} as const satisfies Record<string, SettingRow>;

/** `MEDIA=/mnt/nas`, several with a comma or a line between them. */
function asMounts(text: string): unknown {
  const parts = text.split(/[\n,](?=[A-Za-z][0-9A-Za-z_]*=)/u).filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...folder] = part.split('=');
      return [name.trim(), folder.join('=').trim()];
    }),
  );
}
