import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, reencryptOutputSchema } from '../jsonOutput.ts';

export async function reencryptKeys(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { count } = await withDaemon(invocation, (daemon) => daemon.request('keys.reencrypt', {}));
  if (json) printJson(io.stdout, reencryptOutputSchema, { count });
  else if (count === 0) io.stdout.write('There are no keys yet: nothing to do.\n');
  else
    io.stdout.write(
      `${count === 1 ? 'One key is' : `${count} keys are`} sealed with a new key file; the old one opens nothing. Back up the new identities.key.\n`,
    );
  return exitCodes.done;
}
