import path from 'node:path';
import type { ClientMethods } from '../../protocol/clientContract.ts';
import type { Result } from '../../protocol/contract.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { pairingOutputSchema, printJson } from '../jsonOutput.ts';
import type { PairingOptions } from '../render/pairingLines.ts';
import { styleFor } from '../style.ts';

/** A code with which one machine becomes an identity of this role; `linesOf`: what a person is to do with it. */
export async function makeCode(
  invocation: Invocation,
  role: 'worker' | 'client',
  linesOf: (pairing: Result<ClientMethods['pairing.create']>, options: PairingOptions) => string[],
): Promise<number> {
  const { io, json, stateDir } = invocation;
  const pairing = await withDaemon(invocation, (daemon) => daemon.request('pairing.create', { role }));
  if (json) printJson(io.stdout, pairingOutputSchema, pairing);
  else {
    const config = path.join(stateDir, 'config.jsonc');
    const lines = linesOf(pairing, { style: styleFor(io.stdout, io.env), now: io.now(), config });
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  return exitCodes.done;
}
