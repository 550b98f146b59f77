import { checkCompatibility } from '../protocol/compatibility.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Handshake, Role } from '../protocol/handshake.ts';
import {
  authorizationHeader,
  challengeHeader,
  checkChallenge,
  makeChallenge,
  signHandshake,
  verifyHandshake,
  welcomeHeader,
} from '../protocol/handshake.ts';
import { protocolVersion } from '../protocol/version.ts';
import { AddressLimit } from './addressLimit.ts';
import { hmacSha256, randomToken } from './hmac.ts';

/** Where channels are opened, and where the bytes of files flow. */
export const channelPath = '/channel';
export const filesPath = '/files';
/** Where a client's daemon gives encodes to the workers of this one. */
export const fleetPath = '/fleet';

/** Who is at the other end, proven by the handshake. */
export interface Caller {
  identity: string;
  role: Role;
  remoteAddress: string;
  /** Of the certificate that it has seen: what the handshake was bound to; '' on the loopback without TLS. */
  fingerprint: string;
}

export interface Credential {
  key: string;
  role: Role;
  /** Whether it may come from this address; without it from everywhere. */
  mayComeFrom?: (address: string) => boolean;
  /** A wrong key was shown for it. */
  onWrongKey?: () => void;
}

/** What the gate sees of an upgrade. Header names are lower-case, as node:http gives them. */
export interface UpgradeRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  remoteAddress: string;
}

export type Decision =
  | { accepted: true; caller: Caller; headers: Record<string, string> }
  | {
      accepted: false;
      status: number;
      error: DffmpegError;
      headers: Record<string, string>;
      /** For the log alone: what the caller is not told. */
      why?: string;
    };

export interface GateOptions {
  authenticate(identity: string): Credential | undefined | Promise<Credential | undefined>;
  /** Milliseconds that a challenge is good for: one round trip on any link. */
  challengeMs: number;
  /** Paths at which something is served. */
  paths: readonly string[];
  /** The pin of the listener's certificate; '' on the loopback without TLS. */
  fingerprint: string;
  /** How many wrong keys an address may show in a minute before it is not listened to; undefined: any number. */
  failuresAMinute?: number | undefined;
  /** Milliseconds; any clock of this process. */
  now(): number;
}

/** Decides whether an upgrade becomes a channel. Keeps nothing about callers who have not proven a key. */
export class UpgradeGate {
  readonly #options: GateOptions;
  readonly #secret = randomToken();
  /** Challenges that were answered well, until they expire: an upgrade seen on the wire is good once. */
  readonly #used = new Map<string, number>();
  readonly #failures: AddressLimit | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    const { failuresAMinute } = options;
    if (failuresAMinute !== undefined)
      this.#failures = new AddressLimit(
        () => failuresAMinute,
        () => options.now(),
      );
  }

  async decide(request: UpgradeRequest): Promise<Decision> {
    // Only browsers send it, and no page has any business here.
    if (request.headers['origin'] !== undefined)
      return refuse(403, new DffmpegError('forbidden', 'Web pages may not open a channel.'));
    if (!this.#options.paths.includes(request.path))
      return refuse(404, new DffmpegError('not-found', 'There is no channel at this path.'));
    if (this.#failures?.isOver(request.remoteAddress) === true)
      return refuse(
        429,
        new DffmpegError('unauthorized', 'Too many wrong keys came from this address.', {
          hint: 'Wait a minute; then check the key.',
        }),
      );
    const header = request.headers['authorization'];
    if (header === undefined)
      return this.#challenge(request, false, new DffmpegError('unauthorized', 'Sign the challenge.'));
    const fields = authorizationHeader.parse(typeof header === 'string' ? header : undefined);
    if (!fields) return refuse(400, new DffmpegError('unauthorized', 'The signature cannot be read.'));
    const mismatch = checkCompatibility(protocolVersion, fields.protocol);
    if (mismatch) return refuse(426, mismatch);
    return this.#checkSignature(request, fields, fields.signature);
  }

  async #checkSignature(
    request: UpgradeRequest,
    fields: Pick<Handshake, 'identity' | 'challenge' | 'nonce' | 'protocol'>,
    signature: string,
  ): Promise<Decision> {
    const { identity, challenge } = fields;
    const state = checkChallenge(hmacSha256, this.#secret, challenge, {
      now: this.#options.now(),
      remoteAddress: request.remoteAddress,
    });
    if (state !== 'valid' || this.#used.has(challenge))
      return this.#challenge(request, true, new DffmpegError('unauthorized', 'The challenge is not valid.'));

    const { fingerprint } = this.#options;
    const handshake = { ...fields, method: request.method, path: request.path, fingerprint };
    const credential = await this.#options.authenticate(identity);
    // An unknown identity costs as much time as a wrong key.
    const key = credential?.key ?? this.#secret;
    const proven = verifyHandshake(hmacSha256, key, 'client', handshake, signature);
    const mayCome = credential?.mayComeFrom?.(request.remoteAddress) !== false;
    if (!credential || !proven || !mayCome || this.#used.has(challenge)) {
      this.#failures?.count(request.remoteAddress);
      if (!proven) credential?.onWrongKey?.();
      const wrongKey = new DffmpegError('unauthorized', 'The key is not the right one.');
      // One answer for all of it, so that it says nothing about which keys there are.
      return { ...refuse(401, wrongKey), why: whyNot(identity, credential, proven) };
    }
    if (credential.role === 'pairing' && request.path !== channelPath)
      return refuse(403, new DffmpegError('forbidden', 'A pairing code opens no files.'));

    this.#remember(challenge);
    const welcome = signHandshake(hmacSha256, key, 'server', handshake);
    return {
      accepted: true,
      caller: { identity, role: credential.role, remoteAddress: request.remoteAddress, fingerprint },
      headers: {
        'Authentication-Info': welcomeHeader.format({ protocol: protocolVersion, signature: welcome }),
      },
    };
  }

  #challenge(request: UpgradeRequest, stale: boolean, error: DffmpegError): Decision {
    const challenge = makeChallenge(hmacSha256, this.#secret, {
      expiresAt: this.#options.now() + this.#options.challengeMs,
      nonce: randomToken(),
      remoteAddress: request.remoteAddress,
    });
    const value = challengeHeader.format({
      challenge,
      protocol: protocolVersion,
      stale: stale ? 'true' : 'false',
    });
    return refuse(401, error, { 'WWW-Authenticate': value });
  }

  #remember(challenge: string): void {
    const now = this.#options.now();
    for (const [old, expiresAt] of this.#used) {
      if (expiresAt > now) break;
      this.#used.delete(old);
    }
    this.#used.set(challenge, now + this.#options.challengeMs);
  }
}

function whyNot(identity: string, credential: Credential | undefined, proven: boolean): string {
  if (!credential) return `nobody is known as ${identity}, or it may not come now`;
  if (!proven) return `a wrong key for ${identity}`;
  return `${identity} may not come from this address, or has shown one challenge twice`;
}

function refuse(
  status: number,
  error: DffmpegError,
  headers: Record<string, string> = {},
): Decision & { accepted: false } {
  return { accepted: false, status, error, headers };
}
