import { createHash, type X509Certificate } from 'node:crypto';

/**
 * What names a listener's key: SHA-256 over its certificate's SubjectPublicKeyInfo (DER), base64, written as curl's
 * `--pinnedpubkey` wants it (`sha256//…`, RFC 7469's choice of bytes). It stays when the certificate is renewed under
 * the same key.
 */
export function pinOf(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256//${createHash('sha256').update(der).digest('base64')}`;
}
