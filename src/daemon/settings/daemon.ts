import { count, duration, size, type SettingRow } from '../../protocol/settingRow.ts';

/** The daemon as a process: how it begins, ends, and talks. */
export const daemonSettings = {
  storeLowMegabytes: size(
    'megabytes',
    16,
    'No new job is taken while less than this is free on the disk of the state folder; what is in the queue goes on.',
    { hot: true },
  ),
  storeRestSeconds: duration(
    'seconds',
    20,
    'When nobody has asked the queue’s database for anything for so long, its thread ends and gives its memory back; the next question starts it again, within a tenth of a second.',
    { min: 1, hot: true },
  ),
  pairingMinutes: duration('minutes', 10, 'How long a pairing code is good; a restart ends it, too.', {
    min: 0.01,
    max: 1440,
    hot: true,
  }),
  pairingGuesses: count(5, 'A pairing code that was tried with so many wrong secrets is not good any more.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  installRequestsAMinute: count(
    60,
    'How often one address may ask for what makes a machine a worker (`/install` and what it fetches) in a minute.',
    { min: 1, hot: true },
  ),
  installsAtOnce: count(
    16,
    'To so many machines that become workers the program is sent at once; half of them may have one address. Others wait.',
    { min: 2, hot: true },
  ),
  installStallSeconds: duration(
    'seconds',
    20,
    'A machine that becomes a worker and takes nothing of what it has asked for in this time is cut off.',
    { min: 0.1, hot: true },
  ),
  installKilobytesASecond: count(
    32,
    'What is sent to a machine that becomes a worker at less than this, on the whole, is cut off.',
    { min: 1, hot: true },
  ),
  leaveSeconds: duration(
    'seconds',
    10,
    'How long an orderly end may take; then the daemon ends as it is, which loses nothing that was answered.',
    { min: 0.1, hot: true },
  ),
  handOverMinutes: duration(
    'minutes',
    30,
    'A daemon that is to leave for a newer version, or whose state folder was deleted, begins nothing more and waits so long for what runs; then that goes back to the queue, which counts as no failure.',
    { hot: true },
  ),
  stateLookSeconds: duration(
    'seconds',
    30,
    'How often a daemon looks whether its state folder is still its own.',
    { min: 0.1, hot: true },
  ),
  takeOverSeconds: duration(
    'seconds',
    15,
    'How long a daemon that starts waits for one that is about to be ready, or to be gone.',
    { min: 0.1 },
  ),
  takeOverLookMs: duration('milliseconds', 50, 'How often it looks meanwhile.', { min: 1 }),
  storeBusySeconds: duration(
    'seconds',
    5,
    'How long the queue waits for another program that holds its database, such as a backup, before that counts as a failure.',
    { max: 3600 },
  ),
  storeRestartMs: duration(
    'milliseconds',
    1000,
    'Least time between an unexpected end of the thread in which the database works and the next start of it.',
  ),
  settingsSettleMs: duration(
    'milliseconds',
    100,
    'Editors write a file in several steps: changes of the settings files within so long are read together.',
  ),
  settingsPollSeconds: duration(
    'seconds',
    5,
    'How often the settings files are looked at where the system cannot watch them.',
    { min: 0.05 },
  ),
} as const satisfies Record<string, SettingRow>;
