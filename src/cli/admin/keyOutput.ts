import { open, rm, type FileHandle } from 'node:fs/promises';
import { DffmpegError } from '../../protocol/errors.ts';
import type { Invocation } from '../command.ts';
import { typedPath } from '../typedPath.ts';

/** Where a key goes that is told once. */
export type KeyOutput =
  | { readonly kind: 'terminal' }
  | { readonly kind: 'file'; readonly file: string; readonly handle: FileHandle };

/**
 * Found out before a key is made, so that none is lost: a new file of this account alone, or a terminal that a person reads.
 * Throws `request-invalid` where it would end in a pipe, a log or an existing file.
 */
export async function openKeyOutput(
  { io, json }: Invocation,
  keyFile: string | undefined,
): Promise<KeyOutput> {
  if (keyFile === undefined) {
    if (io.stdout.isTTY === true && !json) return { kind: 'terminal' };
    throw new DffmpegError('request-invalid', 'A key is not written into a pipe or a log.', {
      hint: 'Say with --key-file which file it shall be written to.',
    });
  }
  const file = typedPath(io.cwd, keyFile);
  try {
    return { kind: 'file', file, handle: await open(file, 'wx', 0o600) };
  } catch (cause) {
    throw new DffmpegError('request-invalid', `${file} cannot be made.`, {
      hint: 'Name a file that does not exist yet, in a folder that you may write to.',
      cause,
    });
  }
}

/** Runs with an open place for the key; what `make` returns is written there. A file that nothing came into goes away. */
export async function withKeyOutput<T extends { readonly key: string }>(
  invocation: Invocation,
  keyFile: string | undefined,
  make: () => Promise<T>,
): Promise<{ readonly made: T; readonly file: string | undefined }> {
  const output = await openKeyOutput(invocation, keyFile);
  if (output.kind === 'terminal') return { made: await make(), file: undefined };
  const { file, handle } = output;
  try {
    const made = await make();
    await handle.writeFile(`${made.key}\n`).then(() => handle.sync(), unwritten(file));
    return { made, file };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

function unwritten(file: string): (cause: unknown) => never {
  return (cause) => {
    throw new DffmpegError(
      'destination-unwritable',
      `The key was made, but could not be written to ${file}.`,
      {
        hint: 'Make another one that can be written: dffmpeg admin user rotate-key NAME --key-file FILE',
        cause,
      },
    );
  };
}
