import { X509Certificate, webcrypto } from 'node:crypto';
import { pinOf } from './pin.ts';

/** What a TLS listener shows, with the key that proves it. */
export interface ListenerCertificate {
  /** PEM, the listener's own first. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly pin: string;
}

/**
 * A self-made certificate: ECDSA over P-256, without a name that anybody checks, since its key is pinned when a
 * neighbour is paired. It holds from before any clock that was never set to the last date there is (RFC 5280, 4.1.2.5),
 * so that a machine without a clock can come in.
 */
export async function makeCertificate(): Promise<ListenerCertificate> {
  // Loaded when one is made, which is once.
  await import('reflect-metadata');
  const { X509CertificateGenerator, cryptoProvider } = await import('@peculiar/x509');
  cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=DFFmpeg',
    notBefore: new Date('1970-01-01T00:00:00Z'),
    notAfter: new Date('9999-12-31T23:59:59Z'),
    signingAlgorithm: algorithm,
    keys,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const cert = made.toString('pem');
  return { cert, key: pem('PRIVATE KEY', pkcs8), pin: pinOf(new X509Certificate(cert)) };
}

/** RFC 7468: base64 in lines of 64. */
function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
