import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { DffmpegError } from '../protocol/errors.ts';
import { hmacSha256 } from './hmac.ts';

/** One side's half of an X25519 agreement. */
export interface KeyShare {
  /** 32 bytes, base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** Everything that both sides have seen, and that the key is bound to. */
export interface PairingTranscript {
  /** The pin of the certificate; '' on the loopback without TLS. */
  readonly fingerprint: string;
  readonly clientPublicKey: string;
  readonly serverPublicKey: string;
  readonly id: string;
  readonly role: string;
}

export interface PairingSecrets {
  /** The identity's own, from now on. */
  readonly key: string;
  /** What each side shows the other, to say that it has come to the same key. */
  readonly clientProof: string;
  readonly serverProof: string;
}

/** What the handshake is signed with by those who have the code, and all that a coordinator keeps of it. */
export function pairingKey(secret: string): string {
  return derive(Buffer.from(secret), '', 'dffmpeg-pairing-1');
}

export function newKeyShare(): KeyShare {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: publicKey.export({ format: 'jwk' }).x ?? '', privateKey };
}

/** Throws `unauthorized` for a public key that is none, or that would make the secret a known one. */
export function pairingSecrets(
  own: KeyShare,
  theirs: string,
  codeKey: string,
  transcript: PairingTranscript,
): PairingSecrets {
  const { fingerprint, clientPublicKey, serverPublicKey, id, role } = transcript;
  const said = JSON.stringify(['dffmpeg-pair-1', fingerprint, clientPublicKey, serverPublicKey, id, role]);
  const salt = createHash('sha256').update(said).digest();
  const secret = Buffer.concat([agree(own.privateKey, theirs), Buffer.from(codeKey, 'base64url')]);
  const proofKey = derive(secret, salt, 'dffmpeg-pairing-proof-1');
  return {
    key: derive(secret, salt, 'dffmpeg-pairing-key-1'),
    clientProof: hmacSha256(proofKey, 'client'),
    serverProof: hmacSha256(proofKey, 'server'),
  };
}

function agree(privateKey: KeyObject, theirs: string): Buffer {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs }, format: 'jwk' });
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    throw new DffmpegError('unauthorized', 'The other side’s key share is none.', { cause });
  }
}

/** 256 bits, base64url. */
function derive(secret: Buffer, salt: Buffer | string, purpose: string): string {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32)).toString('base64url');
}
