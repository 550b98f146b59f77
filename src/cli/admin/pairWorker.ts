import path from 'node:path';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { pairingOutputSchema, printJson } from '../jsonOutput.ts';
import { pairingLines } from '../render/pairingLines.ts';
import { styleFor } from '../style.ts';

export async function pairWorker(invocation: Invocation): Promise<number> {
  const { io, json, stateDir } = invocation;
  const pairing = await withDaemon(invocation, (daemon) =>
    daemon.request('pairing.create', { role: 'worker' }),
  );
  if (json) {
    printJson(io.stdout, pairingOutputSchema, pairing);
    return exitCodes.done;
  }
  const config = path.join(stateDir, 'config.jsonc');
  const lines = pairingLines(pairing, { style: styleFor(io.stdout, io.env), now: io.now(), config });
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}
