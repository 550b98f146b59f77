/** Crockford's base 32: no letter that is taken for a digit or another one. */
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groupLength = 4;
const codeLength = 16;

/** What a pairing code is made of: whose it is may be seen, the rest (60 bits) proves that somebody has it. */
export interface PairingCode {
  /** The identity of the handshake, from the first group. */
  readonly identity: string;
  readonly secret: string;
}

/** `K7QD-2MXA-…`: four groups of four, from 16 random bytes, of which five bits each count. */
export function makePairingCode(random: Uint8Array): string {
  const text = [...random.slice(0, codeLength)].map((byte) => symbols.charAt(byte % symbols.length)).join('');
  return text.match(/.{4}/g)?.join('-') ?? text;
}

/** As a person types it: case, spaces and hyphens do not count, and what looks alike is alike. Undefined: it is none. */
export function parsePairingCode(typed: string): PairingCode | undefined {
  const text = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  if (text.length !== codeLength || [...text].some((symbol) => !symbols.includes(symbol))) return undefined;
  return { identity: `pair-${text.slice(0, groupLength).toLowerCase()}`, secret: text.slice(groupLength) };
}
