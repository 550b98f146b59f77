import { age, count, duration, ratio, size, yesOrNo, type SettingRow } from '../protocol/settingRow.ts';

/** What the queue lives by: how often, how late, how many. */
export const queueRows = {
  ageingMinutes: duration(
    'minutes',
    5,
    'The priority of a job rises by one in so long a time while it waits, so that nothing waits for ever: with 5, ten points of priority are worth 50 minutes of waiting.',
    { min: 0.1, max: 10_080 },
  ),
  holdFactor: ratio(
    1.25,
    'A job is held for a busy worker where the best free one would end it at least so many times as late.',
    { min: 1, max: 1000, hot: true },
  ),
  holdMinSeconds: duration(
    'seconds',
    15,
    'A job is held for a busy worker where the best free one would end it at least so much later.',
    { min: 0, hot: true },
  ),
  holdMaxMinutes: duration('minutes', 240, 'No job is held for a busy worker for longer; 0: none ever is.', {
    min: 0,
    hot: true,
  }),
  preferFactor: ratio(
    1.5,
    'A worker without the labels that a job prefers gets it only where the best one with them would end it at least so many times as late, and `holdMinSeconds` later.',
    { min: 1, max: 1000, hot: true },
  ),
  preemptPriorityGap: count(
    0,
    'A waiting job that finds no slot takes that of a running one whose priority is lower by so much or more, unless one is free within `holdMinSeconds` anyway. The other begins anew when its turn comes; that happens to a job once. 0: never.',
    { max: 100, hot: true },
  ),
  preemptLoadedWorkers: yesOrNo(
    false,
    'A worker whose machine is used by other programs to more than `preemptLoadPercent` for `preemptLoadSeconds` gives away what it began last, where another worker can begin it at once; once to a job.',
    { hot: true },
  ),
  preemptLoadPercent: {
    ...ratio(90, 'See `preemptLoadedWorkers`: of all its processors together.', { max: 100, hot: true }),
    unit: 'percent',
  },
  preemptLoadSeconds: duration(
    'seconds',
    60,
    'See `preemptLoadedWorkers`: without a break. It gives away no more than one job in such a time. Longer than its `foreignLoadSeconds`.',
    { min: 0.1, hot: true },
  ),
  transferGuessMegabits: count(
    100,
    'So many megabits a second are thought to reach a worker on another machine, until it is known from what has come there.',
    { min: 1, max: 1_000_000, hot: true },
  ),
  fetchAhead: count(
    1,
    'A worker on another machine that is busy fetches the sources of so many jobs ahead for each of its slots, as far as they fit into its `cacheMegabytes`, so that it goes on at once. 0: none.',
    { max: 100, hot: true },
  ),
  forecastSeconds: duration(
    'seconds',
    2,
    'When waiting jobs will begin and end is worked out anew after so long, while somebody looks.',
    { min: 0.5, hot: true },
  ),
  forecastJobs: count(
    100,
    'For so many waiting jobs, from the head of the queue, it is said when they will begin and end.',
    { min: 0, max: 10_000, hot: true },
  ),
  forecastMoveSeconds: duration(
    'seconds',
    2,
    'Such a forecast is told again once it has moved by more than this and `forecastMovePercent` together.',
    { hot: true },
  ),
  forecastMovePercent: {
    ...ratio(5, 'The same, as a part of the time that is left until then.', { max: 100, hot: true }),
    unit: 'percent',
  },
  maxFailures: count(3, 'A job fails after so many failures that are not its own fault.', {
    min: 1,
    max: 100,
    hot: true,
  }),
  retryMinSeconds: duration(
    'seconds',
    1,
    'Wait before a job is tried again after a failure that passes by itself, such as a lost connection.',
    { min: 0.01, hot: true },
  ),
  retryMaxSeconds: duration('seconds', 60, 'The longest such wait.', { min: 0.01, hot: true }),
  retryFactor: ratio(
    2,
    'Each wait before a further attempt, after whatever failure, is so many times as long as the one before.',
    { min: 1, max: 100, hot: true },
  ),
  retryJitter: ratio(
    0.1,
    'By up to this part of it such a wait is longer by chance, so that not all come back at once; 0: never.',
    { hot: true },
  ),
  retryAttempts: count(
    0,
    'A job fails after so many failures that pass by themselves; 0: it is tried again for as long as it takes.',
    { max: 10_000, hot: true },
  ),
  environmentRetryMinSeconds: duration(
    'seconds',
    1,
    'Wait before a job is tried again after its worker has failed, such as an ffmpeg that crashed.',
    { min: 0.01, hot: true },
  ),
  environmentRetryMaxSeconds: duration('seconds', 60, 'The longest such wait.', { min: 0.01, hot: true }),
  setAsideFailures: count(
    3,
    'A worker gets nothing for a while after so many failures in a row that are not the jobs’ own fault, and not all of one job.',
    { min: 1, max: 1000, hot: true },
  ),
  setAsideSeconds: duration(
    'seconds',
    60,
    'For so long a worker that is set aside gets nothing; then it is tried with one encode.',
    { min: 1, max: 86_400, hot: true },
  ),
  ffmpegMissingSeconds: duration(
    'seconds',
    60,
    'How long a worker whose ffmpeg turned out to be gone is offered nothing, unless it reports sooner.',
    { hot: true },
  ),
  busyRetrySeconds: duration(
    'seconds',
    2,
    'A worker that answered “busy” is asked again after so long, or as soon as one of its tasks ends.',
    { min: 0.01, hot: true },
  ),
  diskRetrySeconds: duration(
    'seconds',
    30,
    'How often a job that waits for room on a disk is offered again, also where nobody has seen room; see `diskLookSeconds`.',
    { min: 0.1, hot: true },
  ),
  offerTimeoutSeconds: duration(
    'seconds',
    30,
    'A worker that does not answer an offer within this has not taken it.',
    { min: 0.1, hot: true },
  ),
  trialWaitSeconds: duration(
    'seconds',
    120,
    'How long a worker may take to try the encoders that a job waits for.',
    { min: 1 },
  ),
  recoveryTimeoutSeconds: duration(
    'seconds',
    60,
    'How long one step of a recovery may take: ending a process that was left over, finishing a placement.',
    { min: 1, hot: true },
  ),
  lostWorkerSeconds: duration(
    'seconds',
    15,
    'After a start, and after its connection was lost: a worker that had tasks and does not return within this has lost them, as soon as another one could take them.',
    { min: 0.1, hot: true },
  ),
  lostWorkerShare: ratio(
    0.1,
    'A worker whose connection was lost is waited for longer where more is at stake: by this part of the time that its longest task has taken.',
    { max: 1, hot: true },
  ),
  attachedGraceSeconds: duration(
    'seconds',
    10,
    'A job that a command waits for is cancelled when that command has been gone for so long.',
    { min: 1, max: 3600 },
  ),
  inquiryWaitSeconds: duration(
    'seconds',
    30,
    'How long a question about a file waits for a worker that could look at it.',
    { hot: true },
  ),
  keepReplacedDays: age(
    'days',
    30,
    'How long a source that its result has replaced is kept aside, for “Undo”; then it is deleted. What was replaced before a change keeps its time.',
    { min: 0.01, max: 36_500, hot: true },
  ),
  clockDoubtDays: age(
    'days',
    7,
    'Where the system’s clock is found ahead by more than so long since it was last looked at (it was set wrong, or no daemon ran), no source that is kept aside is deleted for as long again, at most `keepReplacedDays`; 0: never held for that.',
    { min: 0, max: 36_500, hot: true },
  ),
  replaceMinimumGainPercent: {
    ...ratio(5, 'A result takes the place of its source only when it is smaller by so much.', {
      max: 99,
      hot: true,
    }),
    unit: 'percent',
  },
  keepJobsDays: age(
    'days',
    90,
    'Finished jobs and their logs are removed so long after they ended; 0: not for their age. What can still be undone stays.',
    { min: 0, max: 36_500, hot: true },
  ),
  keepJobs: count(
    100_000,
    'How many finished jobs are kept at most; of more, those that ended longest ago are removed.',
    { min: 0, max: 10_000_000, hot: true },
  ),
  keepResultsDays: age(
    'days',
    365,
    'Results of jobs that are not kept any more are known as such for so long after the job was made, so that no folder that is watched then takes them for sources; while a folder is watched, all are known; 0: for good.',
    { min: 0, max: 36_500, hot: true },
  ),
  retentionMinutes: duration(
    'minutes',
    60,
    'How often finished jobs are looked through for what is to be removed; also at every start.',
    { min: 1, max: 35_000 },
  ),
  progressMs: duration('milliseconds', 250, 'Least time between two progress reports of a job.', { min: 10 }),
  probeSlots: count(
    2,
    'Sources that are looked at at once by a worker that does not say how many it takes.',
    {
      min: 1,
      max: 64,
      hot: true,
    },
  ),
  explainedJobs: count(
    1000,
    'Waiting jobs whose reason to wait is kept up to date, from the head of the queue.',
    { min: 1, max: 100_000, hot: true },
  ),
  jobLogBytes: size(
    'bytes',
    8_388_608,
    'Size of the log of one job; what comes after is left out, and the log says so.',
    { min: 4096 },
  ),
  jobLogsAtOnce: count(8, 'Logs of jobs that are written at the same time, each an open file.', {
    min: 1,
    max: 1000,
  }),
  jobLogChunkBytes: size('bytes', 262_144, 'How much of a job’s log one answer holds.', {
    min: 4096,
    max: 4_000_000,
  }),
} as const satisfies Record<string, SettingRow>;
