import { FileExchange } from '../../../../src/files/fileExchange.ts';
import path from 'node:path';
import { Accounts, pairedAccounts } from '../../../../src/coordinator/accounts/accounts.ts';
import { Pairing } from '../../../../src/coordinator/accounts/pairing.ts';
import { Doorkeeper } from '../../../../src/daemon/doorkeeper.ts';
import type { IdentityRole } from '../../../../src/protocol/identity.ts';
import { makeCertificate, type ListenerCertificate } from '../../../../src/transport/certificate.ts';
import { randomToken } from '../../../../src/transport/hmac.ts';
import {
  listenWebSocket,
  type WebSocketListener,
  type WebSocketServerOptions,
} from '../../../../src/transport/websocketServer.ts';
import { daemonHandlers, Harness } from '../../../unit/coordinator/harness.ts';
import { ManualTimers } from '../../../unit/coordinator/manualTimers.ts';

export interface Known {
  readonly id: string;
  readonly key: string;
}

export type DoorOptions = Partial<Pick<WebSocketServerOptions, 'settings' | 'tls' | 'host'>>;

/** A coordinator with a real queue, behind a listener with TLS and the daemon's own doorkeeper. */
export class Door {
  readonly harness: Harness;
  readonly accounts: Accounts;
  readonly pairing: Pairing;
  /** What codes live by. */
  readonly timers = new ManualTimers();
  readonly exchangeSettings = { ticketMinutes: 1, fetchRetryMs: 10, rangesAtOnce: 4 };
  readonly exchange = new FileExchange(this.exchangeSettings);
  readonly localKey = randomToken();
  readonly log: string[] = [];
  readonly errors: unknown[] = [];
  /** Milliseconds that the listener's clock is ahead. */
  ahead = 0;
  certificate!: ListenerCertificate;
  listener!: WebSocketListener;
  #added = 0;

  private constructor(harness: Harness) {
    this.harness = harness;
    this.accounts = new Accounts({
      store: harness.store,
      keyFile: path.join(harness.directory, 'identities.key'),
      clock: Date.now,
      log: (line) => this.log.push(line),
    });
    this.pairing = new Pairing({
      newcomers: pairedAccounts(this.accounts),
      settings: () => ({ pairingMinutes: 10, pairingGuesses: 5 }),
      clock: this.timers.clock,
      monotonic: this.timers.monotonic,
      timers: this.timers,
      onError: (error) => this.errors.push(error),
    });
  }

  static async open({ tls, settings, ...options }: DoorOptions = {}): Promise<Door> {
    const door = new Door(await Harness.start());
    door.certificate = tls ?? (await makeCertificate());
    const doorkeeper = new Doorkeeper({
      exchange: door.exchange,
      accounts: door.accounts,
      pairing: door.pairing,
      coordinator: door.harness.coordinator,
      handlers: daemonHandlers,
      localKey: door.localKey,
      onError: (error) => door.errors.push(error),
    });
    door.listener = await listenWebSocket({
      host: '127.0.0.1',
      port: 0,
      tls: door.certificate,
      authenticate: (identity) => doorkeeper.authenticate(identity),
      onChannel: (channel, caller) => doorkeeper.onChannel(channel, caller),
      onFleetChannel: (channel, caller) => doorkeeper.onFleetChannel(channel, caller),
      onByteChannel: (channel, caller) => doorkeeper.onByteChannel(channel, caller),
      log: (line) => door.log.push(line),
      now: () => performance.now() + door.ahead,
      settings: { failedHandshakesAMinute: 1_000_000, ...settings },
      ...options,
    });
    doorkeeper.guard(door.listener);
    return door;
  }

  get port(): number {
    return this.listener.port;
  }

  /** Somebody who may come in. */
  async knows(role: IdentityRole, ranges?: string[]): Promise<Known> {
    const id = `${role}-${(this.#added += 1)}`;
    const { key } = await this.accounts.add({ id, name: id, role, ranges });
    return { id, key };
  }

  async close(): Promise<void> {
    await this.listener.close();
    await this.exchange.close();
    await this.harness.stop();
  }
}
