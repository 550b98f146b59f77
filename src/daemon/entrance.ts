import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Accounts } from '../coordinator/accounts/accounts.ts';
import { Pairing } from '../coordinator/accounts/pairing.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { Coordinator } from '../coordinator/coordinator.ts';
import type { Store } from '../coordinator/store.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { systemTimers } from '../protocol/timers.ts';
import { listenWebSocket } from '../transport/websocketServer.ts';
import type { Cleanups } from './cleanups.ts';
import type { ConfigStore } from './configStore.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { parseListenAddress } from './listenAddress.ts';
import type { DaemonLog } from './log.ts';

export interface EntranceOptions {
  readonly store: Store;
  readonly config: ConfigStore;
  readonly stateDir: string;
  readonly log: DaemonLog;
  readonly cleanups: Cleanups;
  /** How many pairing codes are good now. */
  readonly onPairing: (codes: number) => void;
}

/** Who is known to the daemon, who may become so, and where it listens for them. */
export class Entrance {
  readonly accounts: Accounts;
  readonly pairing: Pairing;
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
    const { store, config, stateDir, log, cleanups, onPairing } = options;
    this.accounts = new Accounts({
      ...{ store, clock: Date.now, log: (line) => log.log.warn(line) },
      keyFile: path.join(stateDir, 'identities.key'),
    });
    this.pairing = new Pairing({
      ...{
        accounts: this.accounts,
        clock: Date.now,
        monotonic: () => performance.now(),
        timers: systemTimers,
      },
      settings: () => config.values,
      onError: (error) => log.log.warn({ err: error }, 'pairing'),
      onCount: onPairing,
    });
    cleanups.add('pairing codes', () => this.pairing.close());
  }

  /** The key is of the person at this machine, and new with each start. */
  async listen(coordinator: Coordinator, handlers: DaemonHandlers): Promise<{ url: string; key: string }> {
    const { config, log, cleanups } = this.#options;
    const { accounts, pairing } = this;
    const key = randomBytes(32).toString('hex');
    log.redact(key);
    const address = parseListenAddress(config.values.listen);
    // Checked when the settings were read.
    if ('problem' in address) throw new DffmpegError('request-invalid', address.problem);
    const doorkeeper = new Doorkeeper({
      ...{ accounts, pairing, coordinator, handlers, localKey: key },
      onError: (error) => log.log.warn({ err: error }, 'a connection'),
    });
    const listener = await listenWebSocket({
      ...address,
      authenticate: (identity) => doorkeeper.authenticate(identity),
      onChannel: (channel, caller) => doorkeeper.onChannel(channel, caller),
      settings: config.values,
      log: (line) => log.log.warn(line),
    });
    cleanups.add('listener', () => listener.close());
    cleanups.add('identities', doorkeeper.guard(listener));
    return { url: listener.url, key };
  }
}
