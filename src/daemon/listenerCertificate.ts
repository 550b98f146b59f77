import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { errnoCode } from '../files/errnoCode.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { makeCertificate, type ListenerCertificate } from '../transport/certificate.ts';
import { pinOf } from '../transport/pin.ts';

/**
 * What the listener for other machines shows: the certificate in `file` (PEM, with its key; nobody but its owner may read it),
 * made when there is none, so that the pin of those who were paired stays good. Throws `keys-unreadable` where it cannot be used.
 */
export async function ownCertificate(file: string): Promise<ListenerCertificate> {
  const known = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, error);
  });
  if (known !== undefined) return parse(file, known, known);
  const made = await makeCertificate();
  await writeFileAtomic(file, `${made.cert.trimEnd()}\n${made.key}`, { mode: 0o600 });
  return made;
}

/** A certificate of the operator’s, with its chain, and its key: PEM both. */
export async function givenCertificate(certFile: string, keyFile: string): Promise<ListenerCertificate> {
  const [cert, key] = await Promise.all(
    [certFile, keyFile].map((file) =>
      readFile(file, 'utf8').catch((error: unknown) => {
        throw unreadable(file, error);
      }),
    ),
  );
  return parse(certFile, cert ?? '', key ?? '');
}

function parse(file: string, cert: string, key: string): ListenerCertificate {
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      throw new Error('The key is not the certificate’s.');
    return { cert, key, pin: pinOf(certificate) };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): DffmpegError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DffmpegError('keys-unreadable', `The certificate in ${file} cannot be used: ${why}`, {
    hint: 'Mend the file. Deleted, a new one is made, and every worker has to be paired again.',
    cause,
  });
}
