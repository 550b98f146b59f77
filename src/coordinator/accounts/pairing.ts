import { randomBytes } from 'node:crypto';
import type { Channel } from '../../protocol/channel.ts';
import type { Handlers } from '../../protocol/contract.ts';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import { equalInConstantTime } from '../../protocol/handshake.ts';
import { makePairingCode, parsePairingCode } from '../../protocol/pairingCode.ts';
import { pairingMethods, type PairedRole, type PairingMethods } from '../../protocol/pairingContract.ts';
import { createPeer } from '../../protocol/peer.ts';
import type { Timers } from '../../protocol/timers.ts';
import { newKeyShare, pairingKey, pairingSecrets } from '../../transport/pairingKeys.ts';
import type { Caller, Credential } from '../../transport/websocketServer.ts';
import type { Clock } from '../ids.ts';

/** Where those are kept who have become an identity. */
export interface Newcomers {
  /** An id that nobody has yet, from what the machine calls itself. */
  freeId(name: string): Promise<string>;
  /** Stored, synced to disk. Throws `conflict` where somebody has the id by now. */
  add(
    newcomer: { readonly id: string; readonly name: string; readonly role: PairedRole },
    key: string,
  ): Promise<unknown>;
}

export interface PairingOptions {
  readonly newcomers: Newcomers;
  /** How long a code is good, in minutes, and how often it may be guessed wrongly. */
  readonly settings: () => { readonly pairingMinutes: number; readonly pairingGuesses: number };
  readonly clock: Clock;
  /** Milliseconds that go on evenly, whatever the clock is set to. */
  readonly monotonic: Clock;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
  /** How many codes are good now. */
  readonly onCount?: (codes: number) => void;
}

/** A code that is good now. What it was made of is not kept, but what it proves. */
interface LiveCode {
  readonly key: string;
  readonly role: PairedRole;
  /** On the even clock. */
  readonly until: number;
  wrong: number;
  /** A channel has shown it, and is not done. */
  inUse: boolean;
  /** What it makes is being stored. */
  isUsed: boolean;
  readonly stopTimer: () => void;
}

/** Codes that make one machine an identity, once. They are kept in memory alone: a restart ends them. */
export class Pairing {
  readonly #options: PairingOptions;
  readonly #codes = new Map<string, LiveCode>();

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  create(role: PairedRole): { code: string; expiresAt: number } {
    this.#forgetOld();
    const { clock, monotonic, settings, timers } = this.#options;
    const forMs = settings().pairingMinutes * 60_000;
    for (;;) {
      const code = makePairingCode(randomBytes(16));
      const parsed = parsePairingCode(code);
      // Of another code with the same beginning nobody could tell which is meant.
      if (!parsed || this.#codes.has(parsed.identity)) continue;
      const { identity, secret } = parsed;
      this.#codes.set(identity, {
        ...{ key: pairingKey(secret), role, until: monotonic() + forMs },
        ...{ wrong: 0, inUse: false, isUsed: false },
        stopTimer: timers.after(forMs, () => this.#forget(identity)),
      });
      this.#tellCount();
      return { code, expiresAt: clock() + forMs };
    }
  }

  authenticate(identity: string): Credential | undefined {
    this.#forgetOld();
    const code = this.#codes.get(identity);
    if (!code || code.inUse || code.isUsed) return undefined;
    return {
      ...{ key: code.key, role: 'pairing' },
      onWrongKey: () => {
        code.wrong += 1;
        if (code.wrong >= this.#options.settings().pairingGuesses) this.#forget(identity);
      },
    };
  }

  /** Serves who has shown a code, until the channel closes. */
  async serve(channel: Channel, { identity, fingerprint }: Caller): Promise<void> {
    const { newcomers, monotonic, timers, onError } = this.#options;
    const code = this.#codes.get(identity);
    // Shown twice in one moment.
    if (!code || code.inUse || code.isUsed) {
      channel.close({ code: 1008, text: 'This pairing code is not valid.' });
      return;
    }
    code.inUse = true;
    let begun: { id: string; name: string; key: string; proof: string } | undefined;

    const handlers: Handlers<PairingMethods> = {
      'pairing.begin': async ({ name, publicKey: clientPublicKey }) => {
        const id = await newcomers.freeId(name);
        const share = newKeyShare();
        const { publicKey: serverPublicKey } = share;
        const { key, clientProof, serverProof } = pairingSecrets(share, clientPublicKey, code.key, {
          ...{ fingerprint, clientPublicKey, serverPublicKey, id, role: code.role },
        });
        begun = { id, name, key, proof: clientProof };
        return { id, role: code.role, publicKey: serverPublicKey, proof: serverProof };
      },
      'pairing.finish': async ({ proof }) => {
        const { id, name, key, proof: expected } = taken(begun);
        begun = undefined;
        if (!equalInConstantTime(expected, proof))
          throw new DffmpegError('unauthorized', 'The two sides have not come to the same key.', {
            hint: 'Begin again with the same code.',
          });
        if (this.#codes.get(identity) !== code) throw expired();
        // Before the identity is stored: whatever happens, one code makes one at most.
        code.isUsed = true;
        try {
          await newcomers.add({ id, name, role: code.role }, key);
        } catch (error) {
          if (toDffmpegError(error).code === 'conflict') code.isUsed = false;
          throw error;
        } finally {
          if (code.isUsed) this.#forget(identity);
        }
        return {};
      },
    };

    const peer = createPeer({
      ...{ channel, serves: pairingMethods, handlers, asks: {}, emits: {}, hears: {}, listeners: {} },
      ...{ maxConcurrent: 1, onError, timers },
    });
    const stopTimer = timers.after(Math.max(0, code.until - monotonic()), () =>
      peer.close({ code: 1008, text: 'The time of this pairing code is over.' }),
    );
    await peer.closed;
    stopTimer();
    code.inUse = false;
  }

  #forgetOld(): void {
    const now = this.#options.monotonic();
    for (const [identity, { until }] of [...this.#codes]) if (until <= now) this.#forget(identity);
  }

  #forget(identity: string): void {
    this.#codes.get(identity)?.stopTimer();
    this.#codes.delete(identity);
    this.#tellCount();
  }

  #tellCount(): void {
    this.#options.onCount?.(this.#codes.size);
  }

  /** A timer would keep the process. */
  close(): void {
    for (const identity of [...this.#codes.keys()]) this.#forget(identity);
  }
}

function taken<T>(begun: T | undefined): T {
  if (begun !== undefined) return begun;
  throw new DffmpegError('request-invalid', 'Pairing begins with pairing.begin.');
}

function expired(): DffmpegError {
  return new DffmpegError('unauthorized', 'This pairing code is not valid any more.', {
    hint: 'Make another with: dffmpeg worker pair',
  });
}
