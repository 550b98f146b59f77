import type { Expectation } from './expectation.ts';
import { loss } from './findings.ts';
import type { EncodeReport } from './judge.ts';
import type { Probe } from './probe.ts';
import { lostTags } from './tags.ts';
import type { Finding } from './verdict.ts';

/** Names that are told; a song may have dozens. */
const maxTold = 6;

/** Whether the result has the tags of its source: ffmpeg leaves out without a word what a container has no place for. */
export function judgeTags(
  { tags = [] }: Expectation,
  result: Probe,
  { uncopied = [] }: Pick<EncodeReport, 'uncopied'>,
): Finding[] {
  const unread = uncopied.flatMap(({ name, loses }) => (loses === 'tags' ? [name] : []));
  const others = uncopied.filter(({ loses }) => loses !== 'tags');
  return [
    ...lostNames([...lostTags(tags, result.tags ?? []), ...unread]),
    ...others.map(({ name, loses }) => loss(loses, `The source has ${name}, which ffmpeg does not read.`)),
  ];
}

function lostNames(lost: readonly string[]): Finding[] {
  if (lost.length === 0) return [];
  const told = lost.slice(0, maxTold).map((name) => `“${name}”`);
  const others = lost.length - told.length;
  const names = others > 0 ? [...told, `${others} more`] : told;
  return [loss('tags', `Tags of the source are not in the result: ${names.join(', ')}.`)];
}
