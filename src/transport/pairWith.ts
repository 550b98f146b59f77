import { DffmpegError } from '../protocol/errors.ts';
import { equalInConstantTime } from '../protocol/handshake.ts';
import { parsePairingCode } from '../protocol/pairingCode.ts';
import { pairingMethods, type PairedRole } from '../protocol/pairingContract.ts';
import { createPeer } from '../protocol/peer.ts';
import { newKeyShare, pairingKey, pairingSecrets } from './pairingKeys.ts';
import { tlsDialler } from './tlsDial.ts';
import { connectWebSocket } from './websocketClient.ts';

export interface PairOptions {
  /** `wss://HOST:PORT/channel`; on the loopback also `ws:`. */
  readonly url: string;
  /** As it was typed. */
  readonly code: string;
  /** Of the listener’s key; without it its certificate must be one that this system trusts. */
  readonly pin?: string | undefined;
  /** What people call this machine. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, for the connection and for each answer; without it: until the signal. */
  readonly timeoutMs?: number | undefined;
}

/** Who this machine is from now on, there. */
export interface Paired {
  readonly id: string;
  /** Nobody but this machine and the coordinator has it; it has not travelled. */
  readonly key: string;
  readonly role: PairedRole;
}

/**
 * Makes this machine an identity of a coordinator, with a code that was made there. Rejects with `request-invalid` for what
 * is no code, `unauthorized` for a code that is wrong, used or too old and for a listener with another key, and otherwise
 * as `connectWebSocket` does. Cut off in the last step it may have become one there all the same, whose key nobody has.
 */
export async function pairWith({ url, code, pin, name, signal, timeoutMs }: PairOptions): Promise<Paired> {
  const parsed = parsePairingCode(code);
  if (!parsed)
    throw new DffmpegError('request-invalid', 'This is no pairing code.', {
      hint: 'It has four groups of four letters and digits, such as K7QD-2MXA-9TBC-04ZR.',
    });
  const codeKey = pairingKey(parsed.secret);
  let fingerprint = '';
  const dialTls = tlsDialler(pin);
  const channel = await connectWebSocket({
    ...{ url, identity: parsed.identity, key: codeKey, signal, timeoutMs },
    dial: async (address, aborted) => {
      const dialled = await dialTls(address, aborted);
      ({ fingerprint } = dialled);
      return dialled;
    },
  }).catch((error: unknown) => {
    throw explained(error);
  });
  const peer = createPeer({
    ...{ channel, serves: {}, handlers: {}, asks: pairingMethods },
    ...{ emits: {}, hears: {}, listeners: {} },
  });
  try {
    const share = newKeyShare();
    const { publicKey } = share;
    const begun = await peer.request('pairing.begin', { name, publicKey }, { signal, timeoutMs });
    const { id, role, publicKey: serverPublicKey, proof } = begun;
    const { key, clientProof, serverProof } = pairingSecrets(share, serverPublicKey, codeKey, {
      ...{ fingerprint, clientPublicKey: publicKey, serverPublicKey, id, role },
    });
    if (!equalInConstantTime(serverProof, proof))
      throw new DffmpegError('unauthorized', `What answers at ${url} could not prove that it has the code.`, {
        hint: 'Check the address; then make another code with: dffmpeg worker pair',
      });
    await peer.request('pairing.finish', { proof: clientProof }, { signal, timeoutMs });
    return { id, key, role };
  } finally {
    peer.close();
  }
}

/** The coordinator says nothing of codes that are not valid, but this side knows that it has shown one. */
function explained(error: unknown): unknown {
  if (!(error instanceof DffmpegError) || error.code !== 'unauthorized' || error.hint !== undefined)
    return error;
  return new DffmpegError('unauthorized', 'This pairing code is not valid.', {
    hint: 'A code is good once, and for a few minutes: make another with: dffmpeg worker pair',
    cause: error,
  });
}
