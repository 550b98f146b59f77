import type { Verdict } from '../encoding/verdict.ts';
import { isEnded } from './jobState.ts';
import type { Job, Output, Replacement } from './model.ts';

/** What came of a job's outputs, for those who show it. */

type Results = Pick<Job, 'sources' | 'outputs'>;
export type PlacedOutput = Output & { readonly path: string };

/** Results that lie at their place. */
export function placedOutputs({ outputs }: Pick<Results, 'outputs'>): PlacedOutput[] {
  return outputs.flatMap((output) =>
    output.state === 'placed' && output.path !== undefined ? [{ ...output, path: output.path }] : [],
  );
}

/** Of all sources together; undefined while one of them is not known. */
export function sourceBytes({ sources }: Pick<Results, 'sources'>): number | undefined {
  return sum(sources.map(({ bytes }) => bytes));
}

/** Of all results that lie at their place; undefined where there is none. */
export function resultBytes(job: Pick<Results, 'outputs'>): number | undefined {
  const placed = placedOutputs(job);
  return placed.length === 0 ? undefined : sum(placed.map(({ bytes }) => bytes));
}

/** What a retry keeps and what it makes anew; undefined where nothing lies at its place. */
export function retryText({ outputs }: Pick<Results, 'outputs'>): string | undefined {
  const kept = placedOutputs({ outputs }).map(({ path }) =>
    path.split(path.startsWith('/') ? '/' : /[\\/]/u).at(-1),
  );
  const anew = outputs.flatMap(({ state, name }) => (state === 'placed' ? [] : (name ?? 'the result')));
  if (kept.length === 0) return undefined;
  const stays = `${kept.join(', ')} ${kept.length === 1 ? 'stays' : 'stay'}, unless deleted or changed since`;
  return anew.length === 0 ? stays : `${stays}; made anew: ${anew.join(', ')}`;
}

/** With the findings of all results that lie at their place; its level is the worst of theirs. */
export function wholeVerdict(job: Pick<Results, 'outputs'>): Verdict | undefined {
  const verdicts = placedOutputs(job).flatMap(({ verdict }) => verdict ?? []);
  const level = (['fail', 'warn', 'pass'] as const).find((each) =>
    verdicts.some((verdict) => verdict.level === each),
  );
  return level && { level, findings: verdicts.flatMap(({ findings }) => findings) };
}

/** Why an output was not made or not kept. */
export function whySkipped({ state, verdict }: Output): string | undefined {
  return state === 'skipped' ? verdict?.findings.at(-1)?.message : undefined;
}

/** Why a job that is done has no result. */
export function whyNothing(job: Pick<Results, 'outputs'>): string | undefined {
  if (placedOutputs(job).length > 0) return undefined;
  // The reason of the last says most: what a condition left out came before.
  return job.outputs.map(whySkipped).findLast((why) => why !== undefined);
}

/**
 * Ended, and nothing of it is under way any more: its ffmpeg is gone, its source is where it will be, or waits there for
 * another job that reads it.
 */
export function isSettled(job: Pick<Job, 'state' | 'attempts' | 'replacement'>): boolean {
  const { state, reason } = job.replacement ?? {};
  return (
    isEnded(job.state) &&
    (state !== 'replacing' || reason !== undefined) &&
    state !== 'undoing' &&
    job.attempts.every((attempt) => attempt.state !== 'running')
  );
}

/** What became of the source, where the result was to replace it: one sentence. */
export function replacementText({ replacement }: Pick<Job, 'replacement'>): string | undefined {
  switch (replacement?.state) {
    case undefined:
      return undefined;
    case 'replacing':
      return replacement.reason?.message ?? 'The result is taking the place of the source.';
    case 'replaced': {
      const { keptUntil: until, reason } = replacement;
      // It was to be deleted, and was not.
      if (until === undefined && reason) {
        const kept = reason.code === 'source-missing' ? '' : ', and is kept aside';
        return `The source was replaced${kept}. ${reason.message}`;
      }
      const kept = until === undefined ? '' : `; it is kept aside until ${dayOf(until)}`;
      const failed = reason ? ` Undoing failed: ${reason.message}` : '';
      return `The source was replaced${kept}.${failed}`;
    }
    case 'held':
    case 'refused':
      return replacement.reason?.message ?? 'The source was kept.';
    case 'undoing':
      return 'The source is getting its place back.';
    case 'undone':
      return replacement.reason
        ? `The source has its place again. ${replacement.reason.message}`
        : 'The source has its place again, and the result lies beside it.';
    case 'expired':
      return 'The source was replaced, and is not kept any more.';
  }
}

/** Also one that waits for something: then it is called off; and one of which something is left. */
export function canUndo({ replacement }: Pick<Job, 'replacement'>): boolean {
  const { state, reason, aside } = replacement ?? {};
  return (
    state === 'replaced' ||
    (state === 'replacing' && reason !== undefined) ||
    (state === 'undone' && aside !== undefined)
  );
}

/** A person may say “Replace anyway”, or again. */
export function canReplace({ replacement }: Pick<Job, 'replacement'>): boolean {
  return replacement?.state === 'held' || replacement?.state === 'undone';
}

/** What became of the source, in two or three words for a row; nothing where it was to be kept. */
export function replacementWords({ replacement }: Pick<Job, 'replacement'>): string | undefined {
  return replacement && stateWords[replacement.state];
}

const stateWords = {
  replacing: 'replacing the source',
  replaced: 'source replaced',
  held: 'replacement held',
  refused: 'source kept',
  undoing: 'undoing the replacement',
  undone: 'replacement undone',
  expired: 'source replaced',
} as const satisfies Record<Replacement['state'], string>;

/** What to do about it: what stood in the way says so itself; a result that waits for a look is placed by `how`. */
export function replacementHint({ replacement }: Pick<Job, 'replacement'>, how: string): string | undefined {
  if (replacement?.reason?.hint !== undefined) return replacement.reason.hint;
  return replacement?.state === 'held'
    ? `Look at the result. To put it in the place of the source all the same: ${how}`
    : undefined;
}

/** Its way in a terminal. */
export function replaceCommand({ id }: Pick<Job, 'id'>): string {
  return `dffmpeg job replace ${id}`;
}

/** `2026-12-24` where the reader is. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
}

export function hasFailedHooks({ hooks = [] }: Pick<Job, 'hooks'>): boolean {
  return hooks.some(({ state }) => state === 'failed');
}
