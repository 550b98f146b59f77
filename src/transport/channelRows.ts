import { duration, type SettingRow } from '../protocol/settingRow.ts';

/** What both ends of a connection live by. */
export const channelRows = {
  closeGraceSeconds: duration(
    'seconds',
    2,
    'How long the orderly end of a connection may take, for either side; then it is cut.',
    { min: 0.01 },
  ),
} as const satisfies Record<string, SettingRow>;
