import { isDeepStrictEqual } from 'node:util';
import type { Probe } from '../encoding/probe.ts';
import { checkSource, isAboutTheSameTime, type SourceIdentity } from '../files/sourceFile.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { OfferedSource } from '../protocol/offers.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import { examineAll, type Examining } from './probeTask.ts';

type Sources = readonly [SourceIdentity, ...SourceIdentity[]];

/**
 * The sources of an encode, as they are now. A job may have waited for days since they were looked at, and all that is planned and
 * expected goes by that look: of one that is in another state it must still say the same. Throws `source-changed` where it does not.
 */
export async function unchangedSources({ sources }: EncodePayload, context: Examining): Promise<Sources> {
  const identities: SourceIdentity[] = [];
  for (const { path: file, probe } of sources) {
    const source = await checkSource(file);
    if (source.bytes !== probe.bytes) throw changed(file);
    if (!isAsLookedAt(source, probe)) {
      const [now] = await examineAll([file], context);
      if (!isDeepStrictEqual(told(now), told(probe))) throw changed(file);
    }
    identities.push(source);
  }
  return identities as [SourceIdentity, ...SourceIdentity[]];
}

/** The same of copies of another machine’s files: that tells when each was written to. */
export async function unchangedCopies(
  { sources }: EncodePayload,
  offered: readonly OfferedSource[],
): Promise<Sources> {
  const identities: SourceIdentity[] = [];
  for (const [index, { path: copy, probe }] of sources.entries()) {
    const source = await checkSource(copy);
    const now = offered[index];
    if (source.bytes !== probe.bytes || (now && isOther(now, probe))) throw changed(now?.path ?? copy);
    identities.push(source);
  }
  return identities as [SourceIdentity, ...SourceIdentity[]];
}

/** A drive may tell the same time by other fractions later, and the same file by another number; not both. */
function isOther({ modified, identity }: OfferedSource, { state }: Probe): boolean {
  if (!state || state.modified === modified) return false;
  return state.inode !== identity.inode || !isAboutTheSameTime(BigInt(state.modified), BigInt(modified));
}

/** No state: a job of an early version. */
function isAsLookedAt({ inode, modified, changed: changedAt }: SourceIdentity, { state }: Probe): boolean {
  if (!state) return true;
  return (
    state.inode === String(inode) &&
    state.modified === String(modified) &&
    state.changed === String(changedAt)
  );
}

/** What a look says of the file, whatever state it is in; as it travels. */
function told(probe: Probe | undefined): unknown {
  return JSON.parse(JSON.stringify({ ...probe, state: undefined }));
}

function changed(file: string): DffmpegError {
  return new DffmpegError('source-changed', `${file} changed while it waited to be encoded.`, {
    hint: 'Retry the job to look at the file anew.',
  });
}
