import { localIdentity } from '../client/discovery.ts';
import type { Accounts } from '../coordinator/accounts/accounts.ts';
import type { Pairing } from '../coordinator/accounts/pairing.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import type { Channel } from '../protocol/channel.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';
import { isLoopback } from '../transport/loopback.ts';
import type { Caller, Credential, WebSocketListener } from '../transport/websocketServer.ts';

export interface DoorkeeperOptions {
  readonly accounts: Accounts;
  readonly pairing: Pairing;
  readonly coordinator: Coordinator;
  readonly handlers: DaemonHandlers;
  readonly exchange: FileExchange;
  /** Of the person at this machine: what daemon.json holds. */
  readonly localKey: string;
  readonly onError: (error: unknown) => void;
}

/** Who may come in through a listener of the daemon, and what they find there: their role, and that alone, decides. */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  async authenticate(identity: string): Promise<Credential | undefined> {
    const { accounts, pairing, localKey } = this.#options;
    if (identity === localIdentity) return { key: localKey, role: 'admin', mayComeFrom: isLoopback };
    return pairing.authenticate(identity) ?? accounts.authenticate(identity);
  }

  onChannel(channel: Channel, caller: Caller): void {
    const { identity, role } = caller;
    const { accounts, pairing, coordinator, handlers, onError } = this.#options;
    if (identity !== localIdentity && role !== 'pairing') accounts.seen(identity).catch(onError);
    switch (role) {
      case 'admin':
      case 'client':
        coordinator.attachClient(channel, handlers, role);
        break;
      case 'worker':
        void coordinator.attachWorker(channel, identity);
        break;
      case 'pairing':
        pairing.serve(channel, caller).catch(onError);
        break;
      case 'replica':
      case 'coordinator':
        channel.close({ code: 1008, text: 'There is nothing here for this role.' });
    }
  }

  /** Daemons of other people, whose encodes the workers of this one do. */
  onFleetChannel(channel: Channel, { identity, role }: Caller): void {
    const { accounts, coordinator, onError } = this.#options;
    if (role !== 'client') {
      channel.close({ code: 1008, text: 'There is no fleet here for this role.' });
      return;
    }
    accounts.seen(identity).catch(onError);
    coordinator.attachAgent(channel, identity);
  }

  /** The files of workers and clients, and for them. */
  onByteChannel(channel: ByteChannel, { identity, role }: Caller): void {
    const { exchange } = this.#options;
    if (role === 'worker' || role === 'client') void exchange.attach(channel, identity);
    else channel.close({ code: 1008, text: 'There are no files here for this role.' });
  }

  /** Closes what an identity has open there when its key or scope changes; the function that comes back ends it. */
  guard(listener: WebSocketListener): () => void {
    return this.#options.accounts.revoked.on((identity) => listener.dismiss(identity));
  }
}
