/**
 * Every step of a job's life at which the daemon can be stopped, in the order in which they happen. A step is a place
 * between two effects: what comes before it is on the disk or in the store, what comes after has not begun.
 */
export type Point =
  | 'submit-received'
  | 'stored'
  | 'probe-assigned'
  | 'probed'
  | 'named'
  | 'encode-assigned'
  | 'encoding'
  | 'encoded'
  | 'verified'
  | 'commit-asked'
  | 'commit-recorded'
  | 'synced'
  | 'copied'
  | 'intended'
  | 'reserved'
  | 'placing'
  | 'placed'
  | 'folder-synced'
  | 'cleaned'
  | 'acknowledged'
  | 'aside-next'
  | 'aside'
  | 'takeover-next'
  | 'takeover'
  | 'replace-unrecorded'
  | 'replaced'
  | 'undo-asked'
  | 'undo-recorded'
  | 'giveback-next'
  | 'giveback'
  | 'restore-next'
  | 'restored'
  | 'undo-unrecorded'
  | 'undone'
  | 'discard-next'
  | 'discarded'
  | 'expired';

/** What happens to a source after its job is done: its result takes its place; that is undone; what lies aside is deleted. */
export type Phase = 'replacing' | 'undoing' | 'expiring';

/**
 * How results get their names: by a link (or, of a folder, by a rename over an empty one), on a disk without hard
 * links by a rename over an empty file, or, where the name lies on another disk than the result, by a copy.
 */
const placings = ['link', 'rename', 'copy'] as const;
export type Placing = (typeof placings)[number];

export function placingOf(name: string | undefined): Placing {
  return placings.find((each) => each === name) ?? 'link';
}

export interface Step {
  readonly number: number;
  readonly point: Point;
  readonly what: string;
  /** Once for each output of the job. */
  readonly eachOutput: boolean;
  /** An ffmpeg or ffprobe of the job surely runs there. */
  readonly ffmpegRuns: boolean;
  /** After the job is done, of a result that replaces its source. */
  readonly phase?: Phase;
  /** Where it happens at all. */
  readonly only?: (how: { readonly placing: Placing; readonly folder: boolean }) => boolean;
}

type Row = readonly [point: Point, what: string, more?: Partial<Step>];

const output = { eachOutput: true };
const replacing = { phase: 'replacing' } as const;
const undoing = { phase: 'undoing' } as const;
const expiring = { phase: 'expiring' } as const;
const byReservation: Step['only'] = ({ placing, folder }) => placing !== 'link' || folder;

const rows: readonly Row[] = [
  ['submit-received', 'the submit has arrived'],
  ['stored', 'the job is stored, not yet answered'],
  ['probe-assigned', 'the probe is assigned, not yet offered'],
  ['probed', 'the source is looked at'],
  ['named', 'the names of the results are reserved'],
  ['encode-assigned', 'the encode is assigned, not yet offered'],
  ['encoding', 'ffmpeg runs', { ...output, ffmpegRuns: true }],
  ['encoded', 'ffmpeg has ended', output],
  ['verified', 'the result is judged', output],
  ['commit-asked', 'the commit is asked for, not yet recorded', output],
  ['commit-recorded', 'the commit is recorded, not yet granted', output],
  ['synced', 'the result is synced to disk', output],
  [
    'copied',
    'the result is copied to the other disk',
    { ...output, only: ({ placing }) => placing === 'copy' },
  ],
  ['intended', 'the placement is recorded', { ...output, only: byReservation }],
  [
    'reserved',
    'something empty has the name',
    { ...output, only: ({ placing, folder }) => placing === 'rename' || folder },
  ],
  ['placing', 'the link or the rename is next', output],
  ['placed', 'the result has its name', output],
  ['folder-synced', 'the folder of the name is synced', output],
  ['cleaned', 'scratch is empty, nothing is acknowledged', output],
  ['acknowledged', 'the delivery is stored, not yet answered', output],
  ['aside-next', 'the source is next to go aside', replacing],
  ['aside', 'the source lies aside', replacing],
  ['takeover-next', 'the result is next to get the source’s place', replacing],
  ['takeover', 'the result has the source’s place', replacing],
  ['replace-unrecorded', 'the source is replaced, not yet recorded', replacing],
  ['replaced', 'that is recorded, not yet answered', replacing],
  ['undo-asked', 'the undo is asked for, not yet recorded', undoing],
  ['undo-recorded', 'the undo is recorded, not yet begun', undoing],
  ['giveback-next', 'the result is next to give the place back', undoing],
  ['giveback', 'the result lies beside again', undoing],
  ['restore-next', 'the source is next to get its name back', undoing],
  ['restored', 'the source has its name back', undoing],
  ['undo-unrecorded', 'it is undone, not yet recorded', undoing],
  ['undone', 'the end of the undo is recorded, not yet answered', undoing],
  ['discard-next', 'the source is kept long enough, next to be deleted', expiring],
  ['discarded', 'the source is deleted, not yet recorded', expiring],
  ['expired', 'that it is deleted is recorded', expiring],
];

export const steps: readonly Step[] = rows.map(([point, what, more], index) => ({
  number: index + 1,
  point,
  what,
  eachOutput: false,
  ffmpegRuns: false,
  ...more,
}));

export function stepAt(point: Point): Step {
  const step = steps.find((each) => each.point === point);
  if (!step) throw new Error(`There is no step ${point}.`);
  return step;
}
