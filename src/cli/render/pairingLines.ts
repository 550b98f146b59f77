import os from 'node:os';
import { formatRoughly } from '../../encoding/formatting.ts';
import { invitationLink } from '../../protocol/invitation.ts';
import type { Style } from '../style.ts';

interface Pairing {
  readonly code: string;
  readonly expiresAt: number;
  readonly reach?:
    { readonly url: string; readonly fingerprint: string; readonly install?: string | undefined } | undefined;
}

/** `config`: the file of the daemon’s settings. */
export interface PairingOptions {
  readonly style: Style;
  readonly now: number;
  readonly config: string;
}

/** A pairing code, for a person: how long it is good, and what to do with it. */
export function pairingLines(pairing: Pairing, options: PairingOptions): string[] {
  return codeLines(pairing, options, ({ url, fingerprint, install }) => [
    ...(install === undefined
      ? ['Paste this on the machine that is to become a worker:', '']
      : [
          'Paste this on the machine that is to become a worker. It needs ffmpeg; DFFmpeg comes from here:',
          ...['', `  ${install}`, ''],
          'Or, where DFFmpeg is installed already:',
          '',
        ]),
    `  dffmpeg worker run --join ${url} --pair ${pairing.code} --pin ${fingerprint}`,
  ]);
}

/** The same for the machine of somebody who is to give encodes to the workers of this one. */
export function invitationLines(pairing: Pairing, options: PairingOptions): string[] {
  return codeLines(pairing, options, ({ url, fingerprint: pin }) => {
    const invitation = { url, pin, code: pairing.code, name: os.hostname() };
    const invited = (place: 'dffmpeg' | 'vscode'): string => invitationLink(invitation, place, 'fleet');
    return [
      'On the machine whose files are to be encoded here, paste one of:',
      `  dffmpeg fleet connect ${invited('dffmpeg')}`,
      `  ${invited('vscode')}`,
    ];
  });
}

function codeLines(
  { code, expiresAt, reach }: Pairing,
  { style, now, config }: PairingOptions,
  whatToPaste: (reach: NonNullable<Pairing['reach']>) => string[],
): string[] {
  const next =
    reach === undefined
      ? [
          'No other machine can connect to this daemon yet. Write { "listen": "0.0.0.0:7450" } into',
          `${config}, type dffmpeg stop so that the daemon starts with that,`,
          'and make another code. Where it is written there already, the daemon’s log says why.',
        ]
      : whatToPaste(reach);
  return [style.bold(code), `Good once, for ${formatRoughly(Math.max(0, expiresAt - now) / 1000)}.`, ...next];
}
