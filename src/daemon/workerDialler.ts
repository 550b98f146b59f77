import os from 'node:os';
import { freeId, type Accounts } from '../coordinator/accounts/accounts.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { DialledWorker } from '../coordinator/knownWorkers.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import type { Channel } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { parseInvitation, type Invitation, type InvitationKind } from '../protocol/invitation.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';
import { fleetPath } from '../transport/upgradeGate.ts';
import { pairWith } from '../transport/pairWith.ts';
import { keepConnected, serveUntil, type ConnectPauses } from '../worker/keepConnected.ts';
import type { Config } from './config.ts';
import { channelDialler } from './channelDialler.ts';
import { joinUrl } from './joinAddress.ts';

export interface WorkerDiallerOptions {
  readonly accounts: Accounts;
  readonly coordinator: Coordinator;
  readonly exchange: FileExchange;
  readonly config: () => Config;
  readonly pauses: ConnectPauses;
  /** Why one cannot be reached, when that is new. */
  readonly onError: (what: string, error: DffmpegError) => void;
}

/** Where a fleet is, and what lets this machine in: a code, once, or who it is there and the key. */
export type FleetInvitation = {
  readonly url: string;
  readonly pin?: string | undefined;
  /** What people call it here; its host without it. */
  readonly name?: string | undefined;
} & ({ readonly code: string } | { readonly id: string; readonly key: string });

/** Workers that listen, because they cannot dial this machine: it dials them, and again whenever the connection is lost. */
export class WorkerDialler {
  readonly #options: WorkerDiallerOptions;
  readonly #dialling = new Map<string, { end: AbortController; done: Promise<void> }>();
  #stopListening: (() => void) | undefined;

  constructor(options: WorkerDiallerOptions) {
    this.#options = options;
  }

  start(): void {
    const { accounts, coordinator } = this.#options;
    this.#stopListening = accounts.revoked.on((id) => this.#dialling.get(id)?.end.abort());
    for (const worker of coordinator.dialledWorkers()) this.#dial(worker);
  }

  /**
   * Makes the machine whose link this is a worker. Throws `request-invalid` for what is no link, and what pairing throws: a
   * code that is used or too old, another key than the link names, nobody there.
   */
  async add(link: string): Promise<{ id: string; name: string }> {
    const invitation = requireInvitation(link);
    const { accounts, coordinator } = this.#options;
    const { name, url, pin } = invitation;
    const { id, key } = await this.#pair(invitation, await freeId(accounts, name));
    await accounts.add({ id, name, role: 'worker' }, key);
    const worker = { id, url, pin };
    await coordinator.addDialledWorker(worker);
    this.#dial(worker);
    return { id, name };
  }

  /**
   * Makes all workers of another daemon one of this one’s. Throws what pairing throws, `unauthorized` where the key is not the
   * right one, and `conflict` where this machine is connected to it already.
   */
  async connectFleet(invitation: FleetInvitation): Promise<{ id: string; name: string }> {
    const { url, pin, name } = invitation;
    const { accounts, coordinator } = this.#options;
    const address = new URL(joinUrl(url));
    const known = coordinator
      .dialledWorkers()
      .find((each) => each.as !== undefined && new URL(each.url).host === address.host);
    if (known)
      throw new DffmpegError('conflict', `${address.host} is connected already, as ${known.id}.`, {
        hint: `To connect it anew: dffmpeg fleet disconnect ${known.id}`,
      });
    const called = name ?? address.hostname;
    const there = 'code' in invitation ? await this.#pairAsClient(invitation, address.href) : invitation;
    address.pathname = fleetPath;
    if (!('code' in invitation)) await this.#tryKey({ ...there, url: address.href, pin });
    const id = await freeId(accounts, called);
    await accounts.add({ id, name: called, role: 'worker' }, there.key);
    const fleet = { id, url: address.href, pin, as: there.id };
    await coordinator.addFleet(fleet, called);
    this.#dial(fleet);
    return { id, name: called };
  }

  async #pairAsClient(
    { code, pin }: Extract<FleetInvitation, { code: string }>,
    url: string,
  ): Promise<{ id: string; key: string }> {
    const timeoutMs = this.#options.config().connectTimeoutSeconds * 1000;
    const there = await pairWith({ url, pin, code, name: os.hostname(), timeoutMs });
    if (there.role === 'client') return there;
    throw new DffmpegError('request-invalid', 'This code makes a worker, and no client.', {
      hint: 'Make one for a client there with: dffmpeg fleet invite',
    });
  }

  /** A key that a person has typed is tried before it is kept. */
  async #tryKey(how: Parameters<typeof channelDialler>[0]): Promise<void> {
    const { config } = this.#options;
    const signal = AbortSignal.timeout(config().connectTimeoutSeconds * 1000);
    (await channelDialler(how, config).dial(signal)).close();
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    const all = [...this.#dialling.values()];
    for (const { end } of all) end.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  /** `id`: who it is to be here; it answers to that, or to one that begins so. */
  async #pair({ url, pin, code }: Invitation, id: string): Promise<{ id: string; key: string }> {
    const timeoutMs = this.#options.config().connectTimeoutSeconds * 1000;
    const paired = await pairWith({ url, pin, code, name: id, timeoutMs });
    // It adds to that where it is called so by somebody else already.
    if (paired.role === 'coordinator' && (paired.id === id || paired.id.startsWith(`${id}-`))) return paired;
    throw new DffmpegError(
      'request-invalid',
      `What answers at ${new URL(url).host} is no worker that listens.`,
      {
        hint: `Start “dffmpeg worker run --listen” on that machine; ${os.hostname()} dials it.`,
      },
    );
  }

  #dial(worker: DialledWorker): void {
    this.#dialling.get(worker.id)?.end.abort();
    const end = new AbortController();
    const done = this.#stayConnected(worker, end.signal);
    this.#dialling.set(worker.id, { end, done });
  }

  async #stayConnected({ id, url, pin, as }: DialledWorker, signal: AbortSignal): Promise<void> {
    const { accounts, coordinator, exchange, config, pauses, onError } = this.#options;
    const dialler = async () => {
      const credential = await accounts.authenticate(id);
      if (!credential) throw new DffmpegError('unauthorized', `${id} has no key here any more.`);
      return channelDialler({ url, id: as ?? id, key: credential.key, pin }, config);
    };
    const common = { pauses, signal, random: Math.random };
    const told = (what: string) => (error: DffmpegError) => {
      onError(`${what} of ${id} (${new URL(url).host})`, error);
    };
    await Promise.all([
      keepConnected({
        ...common,
        connect: async (until) => (await dialler()).dial(until),
        use: serveUntil<Channel>(
          (channel) => coordinator.attachWorker(channel, id, as !== undefined),
          common,
        ),
        onError: told('the connection'),
      }),
      keepConnected({
        ...common,
        connect: async (until) => (await dialler()).dialFiles(until),
        use: serveUntil<ByteChannel>((channel) => exchange.attach(channel, id), common),
        onError: told('the connection for files'),
      }),
    ]);
  }
}

/** Throws `request-invalid` for what is no link of this kind. */
export function requireInvitation(link: string, kind: InvitationKind = 'worker'): Invitation {
  const invitation = parseInvitation(link, kind);
  if (invitation) return invitation;
  throw kind === 'worker'
    ? new DffmpegError('request-invalid', 'This is no link of a worker.', {
        hint: '“dffmpeg worker run --listen 0.0.0.0:7451” on that machine shows it. Copy all of it.',
      })
    : new DffmpegError('request-invalid', 'This is no link of a fleet.', {
        hint: '“dffmpeg fleet invite” on the fleet’s machine shows it. Copy all of it.',
      });
}
