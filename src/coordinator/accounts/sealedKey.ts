import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** One key of the key file: 256 bits under a name of its own, so that what it has sealed says so. */
export interface SealingKey {
  readonly name: string;
  readonly key: Buffer;
}

const algorithm = 'aes-256-gcm';
const version = 'v1';

export function newSealingKey(): SealingKey {
  return { name: randomBytes(6).toString('hex'), key: randomBytes(32) };
}

/**
 * `v1.NAME.NONCE.TEXT.TAG` (AES-256-GCM, base64url). The id is bound to it: in the row of somebody else it opens nothing.
 */
export function sealKey({ name, key }: SealingKey, id: string, secret: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(boundTo(name, id));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return [
    version,
    name,
    ...[nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url')),
  ].join('.');
}

/** Undefined: none of these keys has sealed it, for this id. */
export function unsealKey(keys: readonly SealingKey[], id: string, sealed: string): string | undefined {
  const [form, name, ...parts] = sealed.split('.');
  const [nonce, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
  const sealing = keys.find((each) => each.name === name);
  if (form !== version || !sealing || !nonce || !text || tag?.length !== 16) return undefined;
  try {
    const decipher = createDecipheriv(algorithm, sealing.key, nonce);
    decipher.setAAD(boundTo(sealing.name, id));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function boundTo(name: string, id: string): Buffer {
  return Buffer.from(JSON.stringify(['dffmpeg-identity-1', name, id]));
}
