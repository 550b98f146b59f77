import tls from 'node:tls';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import { pinOf } from './pin.ts';
import type { Dialled } from './websocketClient.ts';

/**
 * Opens a TLS connection to a listener whose key is pinned. Nothing is sent before its key is seen to be the pinned
 * one; its certificate's name and dates are then of no interest. Without a pin the certificate must be a real one, of
 * an authority that this system trusts, for that name.
 *
 * Rejects with `unauthorized` for another key, `daemon-unavailable` where nobody listens, `disconnected` otherwise.
 */
export function tlsDialler(pin: string | undefined): (url: URL, signal: AbortSignal) => Promise<Dialled> {
  return (url, signal) => dial(url, pin, signal);
}

function dial(url: URL, pin: string | undefined, signal: AbortSignal): Promise<Dialled> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...{ host, port: Number(url.port || 443), minVersion: 'TLSv1.3' },
      // Looked at below, before anything is sent.
      rejectUnauthorized: pin === undefined,
      // A name of the certificate is asked for by name; an address is none (RFC 6066).
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    });
    const fail = (error: DffmpegError): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => {
      fail(toDffmpegError(signal.reason));
    };
    socket.once('error', (error: Error & { code?: string }) => {
      fail(dialError(url, error));
    });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const fingerprint = certificate && pinOf(certificate);
      if (fingerprint === undefined || (pin !== undefined && fingerprint !== pin)) {
        fail(otherKey(url, fingerprint));
        return;
      }
      signal.removeEventListener('abort', onAbort);
      resolve({ socket, fingerprint });
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

function otherKey(url: URL, shown: string | undefined): DffmpegError {
  return new DffmpegError(
    'unauthorized',
    `What answers at ${url.host} has another key than the one that was pinned (it shows ${shown ?? 'none'}).`,
    {
      hint: 'Either a program in between opens TLS connections (a proxy or a virus scanner), or the server has been set up anew: pair again if you know that it has.',
    },
  );
}

/** Codes of Node's that say that the certificate itself was not accepted. */
const untrusted = /^(?:UNABLE_TO_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/;

function dialError(url: URL, error: Error & { code?: string }): DffmpegError {
  const { code = '' } = error;
  if (untrusted.test(code))
    return new DffmpegError(
      'unauthorized',
      `The certificate of ${url.host} is not one that this system trusts (${code}).`,
      {
        hint: 'Pin its key: the server shows it when it starts.',
        cause: error,
      },
    );
  if (code === 'ECONNREFUSED' || code === 'EADDRNOTAVAIL')
    return new DffmpegError('daemon-unavailable', `Nothing listens at ${url.host}.`, {
      hint: 'Check the address, and whether DFFmpeg runs there.',
      cause: error,
    });
  if (process.platform === 'darwin' && code === 'EHOSTUNREACH')
    return new DffmpegError('daemon-unavailable', `This Mac may not talk to ${url.host}.`, {
      hint: 'Allow it in System Settings, Privacy & Security, Local Network, then start DFFmpeg again.',
      cause: error,
    });
  return new DffmpegError('disconnected', `The connection to ${url.host} failed: ${error.message}`, {
    hint: 'Check the address and the network; it is tried again.',
    cause: error,
  });
}
