import * as z from 'zod';
import { duration, size, type SettingRow } from '../../protocol/settingRow.ts';
import { watchFolderSpecSchema } from '../../protocol/watchFolder.ts';

/** Watched folders. */
export const watchSettings = {
  watchFolders: {
    doc: 'Folders whose new files are encoded by themselves once a person has activated them; docs/watch-folders.md says how.',
    schema: z.array(watchFolderSpecSchema).max(1000),
    default: [],
    onlyIn: 'config.jsonc',
    hot: true,
  },
  watchSettleSeconds: duration(
    'seconds',
    5,
    'A file in a watched folder is complete when it has not changed for so long.',
    { min: 0.1, max: 86_400, hot: true },
  ),
  watchRescanSeconds: duration(
    'seconds',
    300,
    'How often a watched folder is looked at as a whole, beside what the system tells of it.',
    { min: 1, hot: true },
  ),
  watchPollSeconds: duration(
    'seconds',
    15,
    'How often a watched folder is looked at where the system does not tell of changes: on network drives, when it has no more watches to give, while the folder is missing.',
    { min: 0.1, hot: true },
  ),
  watchDebounceMs: duration(
    'milliseconds',
    250,
    'What the system tells of a watched folder within so long is looked at together.',
    { min: 10, max: 60_000, hot: true },
  ),
  watchTellMs: duration(
    'milliseconds',
    200,
    'Who follows the watched folders is told of changes at most so often.',
  ),
  watchWholeBytes: size(
    'bytes',
    1_073_741_824,
    'Files of watched folders up to this size are read whole to tell whether their content was encoded before; of larger ones 96 MiB at even distances.',
    { max: Number.MAX_SAFE_INTEGER, hot: true },
  ),
} as const satisfies Record<string, SettingRow>;
