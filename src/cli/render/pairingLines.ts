import { formatRoughly } from '../../encoding/formatting.ts';
import type { Style } from '../style.ts';

/** A pairing code, for a person: how long it is good, and what to do with it. */
export function pairingLines(
  {
    code,
    expiresAt,
    reach,
  }: {
    readonly code: string;
    readonly expiresAt: number;
    readonly reach?: { readonly url: string; readonly fingerprint: string } | undefined;
  },
  { style, now }: { readonly style: Style; readonly now: number },
): string[] {
  const next =
    reach === undefined
      ? [
          'No other machine can connect to this daemon yet. Write { "listen": "0.0.0.0:7450" } into config.jsonc of the state',
          'folder, end the daemon so that it starts with that, and make another code. Its log says why, where it listens already.',
        ]
      : [
          'Paste this on the machine that is to become a worker:',
          '',
          `  dffmpeg worker run --join ${reach.url} --pair ${code} --pin ${reach.fingerprint}`,
        ];
  return [style.bold(code), `Good once, for ${formatRoughly(Math.max(0, expiresAt - now) / 1000)}.`, ...next];
}
