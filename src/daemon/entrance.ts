import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Accounts, pairedAccounts } from '../coordinator/accounts/accounts.ts';
import { Pairing } from '../coordinator/accounts/pairing.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import { IdleCollector } from '../coordinator/idleCollector.ts';
import type { Store } from '../coordinator/store.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { systemTimers } from '../protocol/timers.ts';
import type { ListenerCertificate } from '../transport/certificate.ts';
import { isLoopback } from '../transport/loopback.ts';
import { listenWebSocket, type WebSocketListener } from '../transport/websocketServer.ts';
import type { Reach } from './adminHandlers.ts';
import type { Cleanups } from './cleanups.ts';
import type { ConfigStore } from './configStore.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { InstallDesk } from './install/installDesk.ts';
import { installScript } from './install/installScript.ts';
import { parseListenAddress, type ListenAddress } from './listenAddress.ts';
import { givenCertificate, ownCertificate } from './listenerCertificate.ts';
import type { DaemonLog } from './log.ts';
import { programFolder } from './programBuild.ts';
import { reachUrl } from './reach.ts';

export interface EntranceOptions {
  readonly store: Store;
  readonly config: ConfigStore;
  readonly stateDir: string;
  readonly log: DaemonLog;
  readonly cleanups: Cleanups;
  /** Files that come from workers on other machines, and go to them. */
  readonly exchange: FileExchange;
  /** How many pairing codes are good now. */
  readonly onPairing: (codes: number) => void;
}

/** Who is known to the daemon, who may become so, and where it listens for them. */
export class Entrance {
  readonly accounts: Accounts;
  readonly pairing: Pairing;
  readonly #options: EntranceOptions;
  #reach: Reach | undefined;

  constructor(options: EntranceOptions) {
    this.#options = options;
    const { store, config, stateDir, log, cleanups, onPairing } = options;
    this.accounts = new Accounts({
      ...{ store, clock: Date.now, log: (line) => log.log.warn(line) },
      keyFile: path.join(stateDir, 'identities.key'),
    });
    this.pairing = new Pairing({
      ...{
        newcomers: pairedAccounts(this.accounts),
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

  /** On this machine, with a key of the person at it that is new with each start; and on the network, where that is set. */
  async listen(coordinator: Coordinator, handlers: DaemonHandlers): Promise<{ url: string; key: string }> {
    const { config, log } = this.#options;
    const { accounts, pairing } = this;
    const key = randomBytes(32).toString('hex');
    log.redact(key);
    const address = parseListenAddress(config.values.listen);
    // Checked when the settings were read.
    if ('problem' in address) throw new DffmpegError('request-invalid', address.problem);
    const doorkeeper = new Doorkeeper({
      ...{ accounts, pairing, coordinator, handlers, localKey: key, exchange: this.#options.exchange },
      onError: (error) => log.log.warn({ err: error }, 'a connection'),
    });
    const isHere = isLoopback(address.host);
    const { url } = await this.#open(doorkeeper, isHere ? address : { host: '127.0.0.1', port: 0 });
    // What is done here goes on also where nobody else can come in.
    if (!isHere)
      await this.#openToOthers(doorkeeper, address).catch((error: unknown) => {
        log.log.error({ err: error }, 'other machines cannot connect');
      });
    return { url, key };
  }

  /** Undefined while it listens on this machine alone. */
  get reach(): Reach | undefined {
    return this.#reach;
  }

  async #openToOthers(doorkeeper: Doorkeeper, address: ListenAddress): Promise<void> {
    const { config, stateDir, log } = this.#options;
    const { tlsCert, tlsKey, advertise } = config.values;
    const tls =
      tlsCert === '' || tlsKey === ''
        ? await ownCertificate(path.join(stateDir, 'listener.pem'))
        : await givenCertificate(tlsCert, tlsKey);
    const { port } = await this.#open(doorkeeper, address, { tls, desk: this.#desk() });
    this.#reach = { url: reachUrl(advertise, { host: address.host, port }), fingerprint: tls.pin };
    log.log.info({ ...this.#reach, host: address.host, port }, 'other machines can connect');
  }

  /** Where machines that become workers get the program: it is packed when the first one comes. */
  #desk(): InstallDesk {
    const { config, stateDir, log, cleanups } = this.#options;
    const collector = new IdleCollector(systemTimers);
    cleanups.add('memory', () => collector.close());
    return new InstallDesk({
      make: async () => {
        const { makeInstallArchives } = await import('./install/installArchives.ts');
        return makeInstallArchives(programFolder(), path.join(stateDir, 'install'));
      },
      script: (archives) => {
        if (!this.#reach) throw new DffmpegError('daemon-unavailable', 'The daemon is about to be ready.');
        return installScript(this.#reach, archives);
      },
      settings: () => config.values,
      onError: (error) => log.log.warn({ err: error }, 'the program could not be sent'),
      // What was packed and sent leaves tens of megabytes behind.
      onSent: () => collector.worked(),
      now: () => performance.now(),
    });
  }

  async #open(
    doorkeeper: Doorkeeper,
    address: ListenAddress,
    outside?: { readonly tls: ListenerCertificate; readonly desk: InstallDesk },
  ): Promise<WebSocketListener> {
    const { config, log, cleanups } = this.#options;
    const listener = await listenWebSocket({
      ...{ ...address, tls: outside?.tls },
      authenticate: (identity) => doorkeeper.authenticate(identity),
      onChannel: (channel, caller) => doorkeeper.onChannel(channel, caller),
      onFleetChannel: (channel, caller) => doorkeeper.onFleetChannel(channel, caller),
      onByteChannel: (channel, caller) => doorkeeper.onByteChannel(channel, caller),
      onRequest: (request, response) => outside?.desk.answer(request, response) === true,
      settings: config.values,
      log: (line) => log.log.warn(line),
    });
    cleanups.add('listener', () => listener.close());
    cleanups.add('identities', doorkeeper.guard(listener));
    return listener;
  }
}
