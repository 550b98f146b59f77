import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { Pairing } from '../coordinator/accounts/pairing.ts';
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
  /** Shows a link also where this machine is somebody's worker: it serves who uses it, too. */
  readonly invite: boolean;
  readonly settings: () => Config;
  readonly tell: (event: Readonly<Record<string, unknown>>) => void;
  readonly log: (line: string) => void;
  /** This machine is somebody’s worker, from before or from now on. Nothing is to be thrown. */
  readonly onEmployer: (employer: Employer) => void;
}

/** A coordinator that dials this machine. */
export interface Employer {
  /** Who this machine is for it. */
  readonly id: string;
  /** Of what is done for it. */
  readonly stateDir: string;
  readonly remote: Pick<RemoteCoordinator, 'dial' | 'dialFiles'>;
  /** It wants this worker no more: nobody gets in with its key from then on. */
  readonly dismiss: () => Promise<void>;
}

/** A worker that others cannot be dialled from: it listens, and its coordinators come. */
export interface ListeningWorker {
  close(): Promise<void>;
}

/** A coordinator with its connections. */
interface Known extends Employment {
  readonly stateDir: string;
  readonly channels: Arrivals<Channel>;
  readonly files: Arrivals<ByteChannel>;
}

/**
 * Listens for the coordinators whose worker this machine is. Where there is none yet, or where one more is asked for, it shows a
 * link with a code that is good once, and another one when that is too old. Otherwise nobody else gets in.
 */
export async function listenForCoordinators(options: ListeningOptions): Promise<ListeningWorker> {
  const { own, name, settings, tell, log, onEmployer } = options;
  const address = parseListenAddress(options.listen);
  if ('problem' in address) throw new DffmpegError('request-invalid', address.problem);
  const known = new Map<string, Known>();
  for (const stateDir of await stateDirs(own)) {
    const employment = await readEmployment(path.join(stateDir, employmentFile));
    if (employment) known.set(employment.id, withConnections(employment, stateDir));
  }
  let invites = options.invite || known.size === 0;
  /** No more links. */
  let isClosed = false;
  const tls = await ownCertificate(path.join(own, 'listener.pem'));

  const pairing = new Pairing({
    newcomers: {
      // What the other machine calls itself is who this one is there: it knows which ids are free. Where two have chosen the
      // same, the second gets more to it.
      freeId: (asked) => Promise.resolve(freeName(identitySchema.shape.id.parse(asked))),
      add: async ({ id }, key) => {
        if (!invites) throw new DffmpegError('conflict', 'This machine is another one’s worker by now.');
        if (known.has(id)) throw new DffmpegError('conflict', `This machine is ${id} for somebody else.`);
        const stateDir = await freeStateDir(own, id, known);
        await writeFileAtomic(
          path.join(stateDir, employmentFile),
          `${JSON.stringify({ id, key }, undefined, 2)}\n`,
          { mode: 0o600 },
        );
        invites = false;
        log(`Paired: this machine is ${id} there.`);
        employ(withConnections({ id, key }, stateDir));
      },
    },
    settings,
    ...{ clock: Date.now, monotonic: () => performance.now(), timers: systemTimers },
    onError: (error) => {
      log(error.message);
    },
    onCount: (codes) => {
      if (codes === 0 && !isClosed && invites) invite();
    },
  });

  const listener = await listenWebSocket({
    ...{ ...address, tls, settings: settings() },
    authenticate: (identity) => {
      const employment = known.get(identity);
      if (employment) return { key: employment.key, role: 'coordinator' };
      return invites ? pairing.authenticate(identity) : undefined;
    },
    onChannel: (channel, caller) => {
      if (caller.role === 'coordinator') arrived(caller.identity, channel, ({ channels }) => channels);
      else
        pairing.serve(channel, caller).catch((error: unknown) => {
          log(String(error));
        });
    },
    onByteChannel: (channel, caller) => {
      arrived(caller.identity, channel, ({ files }) => files);
    },
    log,
  });
  const url = reachUrl(settings().advertise, { host: address.host, port: listener.port });

  /** It may have been dismissed since it was let in. */
  function arrived<C extends Channel | ByteChannel>(
    identity: string,
    channel: C,
    of: (employment: Known) => Arrivals<C>,
  ): void {
    const employment = known.get(identity);
    if (employment) of(employment).put(channel);
    else channel.close();
  }

  function freeName(asked: string): string {
    return known.has(asked) ? `${asked.slice(0, 48)}-${randomBytes(4).toString('hex')}` : asked;
  }

  function employ(employment: Known): void {
    const { id, stateDir, channels, files } = employment;
    known.set(id, employment);
    onEmployer({
      ...{ id, stateDir },
      remote: { dial: (until) => channels.take(until), dialFiles: (until) => files.take(until) },
      dismiss: async () => {
        await rm(path.join(stateDir, employmentFile), { force: true });
        known.delete(id);
        if (known.size > 0 || isClosed || invites) return;
        invites = true;
        invite();
      },
    });
  }

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

  if (invites) invite();
  else {
    tell({ event: 'ready', url, fingerprint: tls.pin });
    const whom = known.size === 1 ? 'the one' : `the ${known.size}`;
    log(`Listening at ${new URL(url).host}, for ${whom} whose worker this machine is.`);
  }
  for (const employment of [...known.values()]) employ(employment);
  return {
    close: async () => {
      isClosed = true;
      pairing.close();
      await listener.close();
    },
  };
}

const employmentFile = 'coordinator.json';

/** Of those after the first one, each in a folder of its own. */
const others = 'coordinators';

function withConnections(employment: Employment, stateDir: string): Known {
  return { ...employment, stateDir, channels: new Arrivals(), files: new Arrivals() };
}

/** Where the state of one may lie: the first one’s in the worker’s own folder. */
async function stateDirs(own: string): Promise<string[]> {
  const names = await readdir(path.join(own, others)).catch((error: unknown) => {
    if (errnoCode(error) === 'ENOENT') return [];
    throw error;
  });
  return [own, ...names.sort().map((name) => path.join(own, others, name))];
}

async function freeStateDir(own: string, id: string, known: ReadonlyMap<string, Known>): Promise<string> {
  if (![...known.values()].some(({ stateDir }) => stateDir === own)) return own;
  const stateDir = path.join(own, others, id);
  // Of one that was called so before, and was dismissed.
  await rm(stateDir, { recursive: true, force: true });
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  return stateDir;
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
