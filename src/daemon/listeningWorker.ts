import path from 'node:path';
import * as z from 'zod';
import { Pairing } from '../coordinator/accounts/pairing.ts';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { errnoCode } from '../files/errnoCode.ts';
import type { Channel } from '../protocol/channel.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { identitySchema } from '../protocol/identity.ts';
import { systemTimers } from '../protocol/timers.ts';
import { invitationLink } from '../protocol/invitation.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';
import { listenWebSocket } from '../transport/websocketServer.ts';
import type { RemoteCoordinator } from '../worker/coordinatorConnections.ts';
import { Arrivals } from './arrivals.ts';
import type { Config } from './config.ts';
import { parseListenAddress } from './listenAddress.ts';
import { ownCertificate } from './listenerCertificate.ts';
import { reachUrl } from './reach.ts';
import { untilAborted } from '../protocol/aborting.ts';

/** Whose worker this machine is, where that dials it. */
const employmentSchema = z.object({
  /** Who this machine is there, and by what the other one calls itself here. */
  id: identitySchema.shape.id,
  key: z.string().min(1),
});

type Employment = z.output<typeof employmentSchema>;

export interface ListeningOptions {
  /** The worker's own folder. */
  readonly own: string;
  /** `HOST:PORT` */
  readonly listen: string;
  /** What people call this machine. */
  readonly name: string;
  /** Shows a link also where this machine is somebody's worker: who uses it takes the other's place. */
  readonly invite: boolean;
  readonly settings: () => Config;
  readonly tell: (event: Readonly<Record<string, unknown>>) => void;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A worker that others cannot be dialled from: it listens, and its coordinator comes. */
export interface ListeningWorker {
  /** Who this machine is for its coordinator. */
  readonly id: string;
  readonly remote: Pick<RemoteCoordinator, 'dial' | 'dialFiles'>;
  close(): Promise<void>;
}

/**
 * Listens until a coordinator has made this machine its worker, now or before. Until then it shows a link with a code that is
 * good once, and another one when that is too old. Afterwards nobody else can: there is one coordinator.
 */
export async function listenForCoordinator(options: ListeningOptions): Promise<ListeningWorker> {
  const { own, name, settings, tell, log, signal } = options;
  const address = parseListenAddress(options.listen);
  if ('problem' in address) throw new DffmpegError('request-invalid', address.problem);
  const file = path.join(own, 'coordinator.json');
  let employment = await readEmployment(file);
  const hired = new AbortController();
  /** No more links. */
  let isClosed = false;
  const isSettled = employment !== undefined && !options.invite;
  if (isSettled) hired.abort();
  const channels = new Arrivals<Channel>();
  const files = new Arrivals<ByteChannel>();
  const tls = await ownCertificate(path.join(own, 'listener.pem'));

  const pairing = new Pairing({
    newcomers: {
      // What the other machine calls itself is who this one is there: it knows which ids are free.
      freeId: (asked) => Promise.resolve(identitySchema.shape.id.parse(asked)),
      add: async ({ id }, key) => {
        if (hired.signal.aborted)
          throw new DffmpegError('conflict', 'This machine is another one’s worker by now.');
        await writeFileAtomic(file, `${JSON.stringify({ id, key }, undefined, 2)}\n`, { mode: 0o600 });
        employment = { id, key };
        log(`Paired: this machine is ${id} there.`);
        hired.abort();
      },
    },
    settings,
    ...{ clock: Date.now, monotonic: () => performance.now(), timers: systemTimers },
    onError: (error) => {
      log(error.message);
    },
    onCount: (codes) => {
      if (codes === 0 && !isClosed && !hired.signal.aborted) invite();
    },
  });

  const listener = await listenWebSocket({
    ...{ ...address, tls, settings: settings() },
    authenticate: (identity) => {
      if (!hired.signal.aborted) return pairing.authenticate(identity);
      return employment?.id === identity ? { key: employment.key, role: 'coordinator' } : undefined;
    },
    onChannel: (channel, caller) => {
      if (caller.role === 'coordinator') channels.put(channel);
      else
        pairing.serve(channel, caller).catch((error: unknown) => {
          log(String(error));
        });
    },
    onByteChannel: (channel) => {
      files.put(channel);
    },
    log,
  });
  const url = reachUrl(settings().advertise, { host: address.host, port: listener.port });

  function invite(): void {
    const { code } = pairing.create('coordinator');
    const invitation = { url, pin: tls.pin, code, name };
    const link = invitationLink(invitation, 'dffmpeg');
    const vscode = invitationLink(invitation, 'vscode');
    tell({ event: 'ready', url, fingerprint: tls.pin, pairing: link, vscode });
    log(`Listening at ${new URL(url).host}. On the machine whose files are to be encoded, paste one of:`);
    log(`  dffmpeg worker add ${link}`);
    log(`  ${vscode}`);
  }

  const close = async (): Promise<void> => {
    isClosed = true;
    pairing.close();
    await listener.close();
  };
  try {
    if (!isSettled) invite();
    else {
      tell({ event: 'ready', url, fingerprint: tls.pin });
      log(`Listening at ${new URL(url).host}, for the one whose worker this machine is.`);
    }
    await untilAborted(AbortSignal.any([hired.signal, signal]));
    signal.throwIfAborted();
    if (!employment) throw new DffmpegError('internal', 'Nobody has paired with this machine.');
    const { id } = employment;
    return {
      id,
      remote: { dial: (until) => channels.take(until), dialFiles: (until) => files.take(until) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readEmployment(file: string): Promise<Employment | undefined> {
  try {
    return employmentSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw new DffmpegError(
      'keys-unreadable',
      `${file}, which says whose worker this machine is, cannot be read.`,
      {
        hint: 'Delete it; then this machine can be paired again.',
        cause: error,
      },
    );
  }
}
