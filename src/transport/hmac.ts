import { createHmac, randomBytes } from 'node:crypto';
import type { Hmac } from '../protocol/handshake.ts';

/** HMAC-SHA256 over UTF-8, base64url without padding. */
export const hmacSha256: Hmac = (key, message) =>
  createHmac('sha256', key).update(message, 'utf8').digest('base64url');

/** A fresh key, secret or nonce: 256 random bits, base64url (43 characters). */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
