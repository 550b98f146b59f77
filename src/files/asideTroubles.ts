import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { errnoCode } from './errnoCode.ts';

/** What keeps a source from going aside, or from coming back: the sentences. */

export function isKept(source: string): DffmpegError {
  const jobId = path.basename(path.dirname(source));
  return new DffmpegError(
    'request-invalid',
    `${source} is itself a source that was replaced, and is kept aside.`,
    {
      hint: `Bring it back first (dffmpeg job undo ${jobId}), or keep it this time: its result then lies beside it.`,
    },
  );
}

export function isLink(source: string): DffmpegError {
  return new DffmpegError('request-invalid', `${source} is a link to the source, not the source itself.`, {
    hint: 'Nothing was replaced. Encode the file that the link leads to, if that is to be replaced.',
  });
}

export function asideTaken(aside: string): DffmpegError {
  return new DffmpegError('conflict', `Another file lies at ${aside}.`, { hint: 'Move it away.' });
}

export function sourceChanged(
  { path: source }: { path: string },
  message: string,
  cause?: unknown,
): DffmpegError {
  return new DffmpegError('source-changed', message, {
    hint: `Nothing was replaced: the result lies beside ${path.basename(source)}.`,
    cause,
  });
}

export function writtenTo(source: { path: string }): DffmpegError {
  return sourceChanged(source, `${source.path} was written to since it was encoded, or its attributes were.`);
}

export function movedAway(source: { path: string }, cause: unknown): DffmpegError {
  return sourceChanged(source, `${source.path} was moved or deleted since it was encoded.`, cause);
}

/** What has the name of the folder in which sources are kept. */
export function noFolder(folder: string, cause: unknown): DffmpegError {
  return new DffmpegError('destination-unwritable', `${folder} is no folder: no source can be kept there.`, {
    hint: 'Nothing was replaced. Rename or remove what has that name, then replace the source again.',
    cause,
  });
}

export function inUse(source: string): DffmpegError {
  return new DffmpegError('source-in-use', `A program has ${source} open, and may write to it.`, {
    hint: 'Close it there: then it goes on.',
  });
}

export function diskAway(folder: string): DffmpegError {
  return new DffmpegError('disconnected', `The folder ${folder} is not there, or its disk is not.`, {
    hint: 'Connect its disk again: then it goes on.',
  });
}

/** The disk is away, most likely: it is tried again until both files have their names. */
export function notBack({ path: source }: { path: string }, aside: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'disconnected',
    `${source} could not be given its name again; it lies at ${aside}.`,
    { hint: 'Connect its disk again, or move the file that has its name: then it goes on.', cause },
  );
}

export function nameNotGivenUp(name: string, moved: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'conflict',
    `${name} is the result still, which cannot give that name up (${errnoCode(cause) ?? 'unknown'}).`,
    {
      hint: `It lies at ${moved} as well. Let the name be removed (close the program that has it open, unmount it, “chattr -a” of its folder), then undo again.`,
      cause,
    },
  );
}

export function otherFileSystem(aside: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'destination-unwritable',
    `The source cannot be set aside: ${path.dirname(aside)} lies on another file system.`,
    {
      hint: 'Nothing was replaced. Replace it by hand, or let that folder lie where the source does.',
      cause,
    },
  );
}

export function notRenamed({ path: source }: { path: string }, cause: unknown): DffmpegError {
  return new DffmpegError('destination-unwritable', `${source} may not be renamed.`, {
    hint: 'It is locked (“chattr -i”, or unlock it), or belongs to another user in a folder where each may rename only their own. The result lies beside it.',
    cause,
  });
}

export function notKept(folder: string, cause: unknown): DffmpegError {
  return new DffmpegError(
    'destination-unwritable',
    `The disk of ${folder} did not keep that the source was set aside (${errnoCode(cause) ?? 'unknown'}).`,
    { hint: 'Nothing was replaced. Check that disk, and whether it is full.', cause },
  );
}
