import { formatRoughly } from '../../encoding/formatting.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { pairingOutputSchema, printJson } from '../jsonOutput.ts';
import { styleFor } from '../style.ts';

export async function pairWorker(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const pairing = await withDaemon(invocation, (daemon) =>
    daemon.request('pairing.create', { role: 'worker' }),
  );
  if (json) {
    printJson(io.stdout, pairingOutputSchema, pairing);
    return exitCodes.done;
  }
  const { code, expiresAt, reach } = pairing;
  const style = styleFor(io.stdout, io.env);
  const soon = formatRoughly(Math.max(0, expiresAt - io.now()) / 1000);
  const next =
    reach === undefined
      ? [
          'This daemon listens on this machine alone, so that no other one can use the code yet.',
          'Let it listen on the network first (listen in docs/settings.md), and make another code then.',
        ]
      : [
          'Paste this on the machine that is to become a worker:',
          '',
          `  dffmpeg worker run --join ${reach.url} --pair ${code} --pin ${reach.fingerprint}`,
        ];
  const lines = [style.bold(code), `Good once, for ${soon}.`, ...next];
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.done;
}
