import { count, duration, ratio, type SettingRow } from '../protocol/settingRow.ts';

/** What one render node lives by. */
export const workerRows = {
  stallSeconds: duration(
    'seconds',
    600,
    'An encode that makes no progress for so long is ended, and tried again. Time that it is paused does not count.',
    { min: 10, max: 86_400, hot: true },
  ),
  analyseStallSeconds: duration(
    'seconds',
    600,
    'The same for what goes before an encode: looking for black bars, measuring the loudness, searching for the quality.',
    { min: 10, max: 86_400, hot: true },
  ),
  verifyStallSeconds: duration(
    'seconds',
    120,
    'The same for looking at a result before it gets its name, and for checking a file: a result that could not be looked at is not placed.',
    { min: 10, max: 86_400, hot: true },
  ),
  probeTimeoutSeconds: duration('seconds', 60, 'How long looking at a source may take.', {
    min: 1,
    max: 3600,
    hot: true,
  }),
  stopGraceSeconds: duration(
    'seconds',
    1.5,
    'From the signal that asks ffmpeg or ffprobe to end to the one that ends it with all that it started.',
    { max: 600, hot: true },
  ),
  reapWaitSeconds: duration(
    'seconds',
    3,
    'How long an ffmpeg that a killed daemon left may take to be gone, once it was ended.',
    { min: 0.1, hot: true },
  ),
  reapLookMs: duration('milliseconds', 50, 'How often it is looked at meanwhile.', { min: 1, hot: true }),
  slotTurnSeconds: duration(
    'seconds',
    3,
    'Of a worker that serves several coordinators: how long a free slot is kept for the one whose turn it is.',
    { min: 0.1, hot: true },
  ),
  trialTimeoutSeconds: duration('seconds', 20, 'How long one trial run of an encoder may take.', {
    min: 1,
    hot: true,
  }),
  trialRetrySeconds: duration(
    'seconds',
    300,
    'A trial run that was cut short is run again when it is asked for after so long.',
    { hot: true },
  ),
  trialDelaySeconds: duration(
    'seconds',
    4,
    'After the start of the worker: encoders that nobody has asked for are tried from then on.',
    { hot: true },
  ),
  trialLockSeconds: duration(
    'seconds',
    120,
    'How long a trial run waits for another process that runs the same one.',
    { min: 1, hot: true },
  ),
  trialLockLookMs: duration('milliseconds', 50, 'How often it looks whether that one has ended.', {
    min: 1,
    hot: true,
  }),
  ffmpegLookSeconds: duration('seconds', 2, 'How often a missing ffmpeg is looked for.', {
    min: 0.1,
    hot: true,
  }),
  ffmpegRetrySeconds: duration(
    'seconds',
    30,
    'An ffmpeg that could not be examined is examined again after so long.',
    { min: 0.1, hot: true },
  ),
  ffmpegVersionSeconds: duration('seconds', 10, 'How long ffmpeg may take to say which version it is.', {
    min: 0.1,
    hot: true,
  }),
  answerTimeoutSeconds: duration(
    'seconds',
    30,
    'A worker asks again when the queue has not answered for so long.',
    { min: 0.1, hot: true },
  ),
  reportRetryMinSeconds: duration(
    'seconds',
    0.1,
    'A worker whose report was not taken reports again after so long; longer each further time.',
    { min: 0.01, hot: true },
  ),
  reportRetryMaxSeconds: duration('seconds', 5, 'The longest wait between two such reports.', {
    min: 0.01,
    hot: true,
  }),
  reportRetryFactor: ratio(2, 'Each such wait is so many times as long as the one before.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  connectRetryMinSeconds: duration(
    'seconds',
    1,
    'A worker whose connection to its coordinator is lost, or cannot be made, tries again after so long; longer each further time, for as long as it runs.',
    { min: 0.01, hot: true },
  ),
  connectRetryMaxSeconds: duration(
    'seconds',
    60,
    'The longest wait between two such tries; also the wait of a worker that was refused.',
    { min: 0.01, hot: true },
  ),
  connectRetryFactor: ratio(2, 'Each such wait is so many times as long as the one before.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  connectRetryJitter: ratio(
    0.2,
    'By up to this part of it such a wait is longer by chance, so that not all workers come back at once.',
    { hot: true },
  ),
  silenceSeconds: duration(
    'seconds',
    45,
    'A coordinator of which a worker on another machine has heard nothing for so long is gone, and is connected to anew; it pings every `heartbeatSeconds`.',
    { min: 0.1, hot: true },
  ),
  connectTimeoutSeconds: duration('seconds', 20, 'How long connecting to a coordinator may take.', {
    min: 0.1,
    hot: true,
  }),
  announceMs: duration(
    'milliseconds',
    200,
    'What a worker found out within so long is told to the queue together.',
    { hot: true },
  ),
  loadSeconds: duration('seconds', 2, 'How often the load of the machine is measured while somebody looks.', {
    min: 0.1,
    hot: true,
  }),
  foreignLoadSeconds: duration(
    'seconds',
    5,
    'How often it is measured how much of this machine other programs use, while the coordinator wants to know that (preemptLoadedWorkers). Linux and macOS.',
    { min: 0.1, hot: true },
  ),
  inquiriesAtOnce: count(2, 'Questions about files that are answered at once, beside the encodes.', {
    min: 1,
    max: 64,
  }),
  inquiryProgressMs: duration(
    'milliseconds',
    250,
    'Least time between two words about how far a question about a file is.',
    { hot: true },
  ),
  readBackTries: count(
    3,
    'How often a fresh result is read back before the attempt fails, where the disk gets in the way.',
    {
      min: 1,
      max: 100,
      hot: true,
    },
  ),
  readBackSeconds: duration('seconds', 2, 'Wait between two such tries.', { hot: true }),
  keepAwakeSeconds: duration(
    'seconds',
    10,
    'With `keepAwake`: how long after its last encode a machine may go to sleep again.',
    { hot: true },
  ),
  jobLogMs: duration(
    'milliseconds',
    250,
    'How often the lines of a running ffmpeg are written to its job’s log.',
    {
      hot: true,
    },
  ),
} as const satisfies Record<string, SettingRow>;
