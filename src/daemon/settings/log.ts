import * as z from 'zod';
import { asText, count, size, type SettingRow } from '../../protocol/settingRow.ts';

export const logSettings = {
  logLevel: {
    doc: 'How much the log says.',
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    default: 'info',
    text: asText,
    hot: true,
  },
  logBytes: size('bytes', 5_000_000, 'Size at which daemon.log is put aside and begun anew.', { min: 4096 }),
  logLowMegabytes: size(
    'megabytes',
    24,
    'While less than this is free on the disk of the state folder, no log is written, neither the daemon’s nor that of a job; both say so, and go on when there is room.',
    { hot: true },
  ),
  logFiles: count(3, 'How many logs that were put aside are kept.', { max: 100 }),
} as const satisfies Record<string, SettingRow>;
