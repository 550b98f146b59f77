import * as z from 'zod';

/**
 * Mutual proof of a shared key inside the WebSocket upgrade. The key never travels and no clocks are compared:
 *
 *   1. upgrade, unsigned        → 401 with the server's challenge
 *   2. upgrade, signed by client → 101 with the server's signature over the same fields
 *
 * The headers have the shape of HTTP authentication (RFC 9110, section 11; Authentication-Info: RFC 7615).
 */

/** What an identity may do; the server knows it, the caller does not say it. */
export const identityRoles = ['client', 'worker', 'admin', 'replica'] as const;
/**
 * `pairing`: who has shown a pairing code, and may do nothing but become an identity. `coordinator`: whom a worker that listens
 * works for.
 */
export type Role = (typeof identityRoles)[number] | 'pairing' | 'coordinator';

/** HMAC-SHA256, base64url: the one primitive, handed in. */
export type Hmac = (key: string, message: string) => string;

/** Everything that a signature binds. */
export interface Handshake {
  /** HTTP method and request target of the upgrade. */
  method: string;
  path: string;
  identity: string;
  challenge: string;
  /** The client's own freshness: the server's proof cannot be an old one. */
  nonce: string;
  /** The client's protocol version. */
  protocol: string;
  /** SHA-256 of the server's certificate as the client sees it; '' on the loopback without TLS. */
  fingerprint: string;
}

/** A signature of one side is no signature of the other: reflecting it proves nothing. */
export function signHandshake(
  hmac: Hmac,
  key: string,
  side: 'client' | 'server',
  handshake: Handshake,
): string {
  const { method, path, identity, challenge, nonce, protocol, fingerprint } = handshake;
  // JSON keeps the fields apart, whatever they contain.
  return hmac(
    key,
    JSON.stringify(['dffmpeg-1', side, method, path, identity, challenge, nonce, protocol, fingerprint]),
  );
}

export function verifyHandshake(
  hmac: Hmac,
  key: string,
  side: 'client' | 'server',
  handshake: Handshake,
  signature: string,
): boolean {
  return equalInConstantTime(signHandshake(hmac, key, side, handshake), signature);
}

/** Takes the same time wherever the texts differ; only a difference in length shows. */
export function equalInConstantTime(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}

/**
 * A challenge holds its own expiry (milliseconds on the server's clock) and is sealed under the server's secret
 * together with the caller's address, so the server keeps nothing for callers it does not know.
 */
export function makeChallenge(
  hmac: Hmac,
  secret: string,
  content: { expiresAt: number; nonce: string; remoteAddress: string },
): string {
  const { nonce, remoteAddress } = content;
  // The point keeps the parts of a challenge apart, so the time has none.
  const expiresAt = Math.floor(content.expiresAt);
  return `${expiresAt}.${nonce}.${sealChallenge(hmac, secret, String(expiresAt), nonce, remoteAddress)}`;
}

export function checkChallenge(
  hmac: Hmac,
  secret: string,
  challenge: string,
  context: { now: number; remoteAddress: string },
): 'valid' | 'expired' | 'foreign' {
  const [expiresAt = '', nonce = '', seal = '', ...rest] = challenge.split('.');
  const expected = sealChallenge(hmac, secret, expiresAt, nonce, context.remoteAddress);
  if (rest.length > 0 || !equalInConstantTime(expected, seal)) return 'foreign';
  return Number(expiresAt) > context.now ? 'valid' : 'expired';
}

function sealChallenge(
  hmac: Hmac,
  secret: string,
  expiresAt: string,
  nonce: string,
  address: string,
): string {
  return hmac(secret, JSON.stringify(['dffmpeg-challenge-1', expiresAt, nonce, address]));
}

const tokenSchema = z.string().regex(/^[0-9A-Za-z._-]{1,256}$/);

const challengeSchema = z.object({
  challenge: tokenSchema,
  /** The server's own. */
  protocol: tokenSchema,
  /** The challenge had expired: sign this one instead (as in RFC 7616). */
  stale: z.enum(['true', 'false']).default('false'),
});
const authorizationSchema = z.object({
  identity: z.string().regex(/^[0-9a-zA-Z_-]{1,64}$/),
  challenge: tokenSchema,
  nonce: tokenSchema.min(16),
  protocol: tokenSchema,
  signature: tokenSchema,
});
const welcomeSchema = z.object({ protocol: tokenSchema, signature: tokenSchema });

export type ChallengeHeader = z.output<typeof challengeSchema>;
export type AuthorizationHeader = z.output<typeof authorizationSchema>;
export type WelcomeHeader = z.output<typeof welcomeSchema>;

/** `WWW-Authenticate` of the 401. */
export const challengeHeader = headerFormat(challengeSchema);
/** `Authorization` of the signed upgrade. */
export const authorizationHeader = headerFormat(authorizationSchema);
/** `Authentication-Info` of the 101. */
export const welcomeHeader = headerFormat(welcomeSchema);

interface HeaderFormat<S extends z.ZodType> {
  format(fields: z.output<S>): string;
  /** Undefined for whatever is not exactly such a header. */
  parse(header: string | undefined): z.output<S> | undefined;
}

const scheme = 'DFFmpeg ';

/** `DFFmpeg name="value", name="value"`: every value is a token without quotes, so nothing needs escaping. */
function headerFormat<S extends z.ZodType>(schema: S): HeaderFormat<S> {
  return {
    format: (fields) =>
      scheme +
      Object.entries(fields as Record<string, string>)
        .map(([name, value]) => `${name}="${value}"`)
        .join(', '),
    parse(header) {
      if (!header?.startsWith(scheme) || header.length > 2048) return undefined;
      const fields = new Map<string, string>();
      for (const part of header.slice(scheme.length).split(', ')) {
        const [, name, value] = /^([a-z]+)="([^"]*)"$/.exec(part) ?? [];
        if (name === undefined || value === undefined || fields.has(name)) return undefined;
        fields.set(name, value);
      }
      return schema.safeParse(Object.fromEntries(fields)).data;
    },
  };
}
