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
          'This daemon listens on this machine alone, so that no other one can use the code yet.',
          'Let it listen on the network first (listen in docs/settings.md), and make another code then.',
        ]
      : [
          'Paste this on the machine that is to become a worker:',
          '',
          `  dffmpeg worker run --join ${reach.url} --pair ${code} --pin ${reach.fingerprint}`,
        ];
  return [style.bold(code), `Good once, for ${formatRoughly(Math.max(0, expiresAt - now) / 1000)}.`, ...next];
}
