import type { Identity } from '../../protocol/identity.ts';
import type { Invocation } from '../command.ts';
import type { OfferedRole } from '../commands/admin.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, userKeyOutputSchema } from '../jsonOutput.ts';
import { withKeyOutput } from './keyOutput.ts';

export async function addUser(
  invocation: Invocation,
  id: string,
  { role, from, keyFile }: { role: OfferedRole; from?: string[]; keyFile?: string },
): Promise<number> {
  const { made, file } = await withKeyOutput(invocation, keyFile, () =>
    withDaemon(invocation, (daemon) =>
      daemon.request('users.add', { id, role, ...(from && { ranges: from }) }),
    ),
  );
  return tell(invocation, `${id} may connect as ${role}.`, made, file);
}

export async function rotateKey(
  invocation: Invocation,
  id: string,
  keyFile: string | undefined,
): Promise<number> {
  const { made, file } = await withKeyOutput(invocation, keyFile, () =>
    withDaemon(invocation, (daemon) => daemon.request('users.rotateKey', { id })),
  );
  return tell(invocation, `${id} has another key; with the old one it comes in no more.`, made, file);
}

function tell(
  { io, json }: Invocation,
  what: string,
  { user, key }: { user: Identity; key: string },
  file: string | undefined,
): number {
  if (json && file !== undefined) printJson(io.stdout, userKeyOutputSchema, { user, keyFile: file });
  else if (file !== undefined) io.stdout.write(`${what} Its key is in ${file}.\n`);
  else io.stdout.write(`${what} Its key, which is not shown again:\n\n  ${key}\n\n`);
  return exitCodes.done;
}
