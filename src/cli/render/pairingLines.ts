import { formatRoughly } from '../../encoding/formatting.ts';
import type { Style } from '../style.ts';

/** A pairing code, for a person: how long it is good, and what to do with it. `config`: the file of the daemon’s settings. */
export function pairingLines(
  {
    code,
    expiresAt,
    reach,
  }: {
    readonly code: string;
    readonly expiresAt: number;
    readonly reach?:
      | { readonly url: string; readonly fingerprint: string; readonly install?: string | undefined }
      | undefined;
  },
  { style, now, config }: { readonly style: Style; readonly now: number; readonly config: string },
): string[] {
  const next =
    reach === undefined
      ? [
          'No other machine can connect to this daemon yet. Write { "listen": "0.0.0.0:7450" } into',
          `${config}, type dffmpeg stop so that the daemon starts with that,`,
          'and make another code. Where it is written there already, the daemon’s log says why.',
        ]
      : [
          ...(reach.install === undefined
            ? ['Paste this on the machine that is to become a worker:', '']
            : [
                'Paste this on the machine that is to become a worker. It needs ffmpeg; DFFmpeg comes from here:',
                ...['', `  ${reach.install}`, ''],
                'Or, where DFFmpeg is installed already:',
                '',
              ]),
          `  dffmpeg worker run --join ${reach.url} --pair ${code} --pin ${reach.fingerprint}`,
        ];
  return [style.bold(code), `Good once, for ${formatRoughly(Math.max(0, expiresAt - now) / 1000)}.`, ...next];
}
