import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tryLock } from '../files/lock.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { FfmpegStatus } from '../protocol/model.ts';
import { systemTimers } from '../protocol/timers.ts';
import { pairWith } from '../transport/pairWith.ts';
import type { RemoteCoordinator } from '../worker/coordinatorConnections.ts';
import { Slots } from '../worker/slots.ts';
import { createWorker, type SharedMachine } from '../worker/worker.ts';
import type { WorkerSettings } from '../worker/workerSettings.ts';
import { channelDialler } from './channelDialler.ts';
import type { Config } from './config.ts';
import { ConfigStore, type ConfigOptions } from './configStore.ts';
import { joinUrl } from './joinAddress.ts';
import { listenForCoordinators, type Employer } from './listeningWorker.ts';
import { readMembership, writeMembership, type Membership } from './membership.ts';
import { PartSettings } from './partSettings.ts';
import { prepareStateDir } from './stateDir.ts';
import { untilAborted } from '../protocol/aborting.ts';

export interface RunWorkerOptions extends ConfigOptions {
  /** As typed; missing: where this machine was paired before. */
  readonly join?: string | undefined;
  /** A pairing code, needed once. */
  readonly pair?: string | undefined;
  readonly pin?: string | undefined;
  /** `HOST:PORT`: it does not dial, but is dialled. */
  readonly listen?: string | undefined;
  /** With `listen`: for another coordinator than before. */
  readonly invite?: boolean | undefined;
  /** What people call this machine; its host name without it. */
  readonly name?: string | undefined;
  /** One JSON value a line. */
  readonly tell: (event: Readonly<Record<string, unknown>>) => void;
  readonly log: (line: string) => void;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
}

/**
 * `dffmpeg worker run`: encodes for the coordinator of another machine until the signal, connected whenever it can be.
 * Throws what stands in the way at once: no code and never paired, a code that is not valid, another worker in the state folder.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { stateDir, log } = options;
  await prepareStateDir(stateDir);
  const config = await ConfigStore.load(options);
  const own = path.join(stateDir, 'worker');
  await mkdir(own, { recursive: true, mode: 0o700 });
  const lock = tryLock(path.join(own, 'worker.lock'));
  if (!lock)
    throw new DffmpegError('conflict', `A worker runs in ${stateDir} already.`, {
      hint: 'End it first, or give this one a folder of its own with --state-dir.',
    });
  try {
    for (const { place, message } of config.problems) log(`${place}: ${message}`);
    const settings = new PartSettings(config.values);
    config.watch(
      ({ values }) => {
        settings.set(values);
        log('The settings have changed.');
      },
      (error) => {
        log(`The settings could not be read: ${String(error)}`);
      },
    );
    const parts = { stateDir: own, config, settings: settings.worker };
    await (options.listen === undefined ? workThere(parts, options) : workHere(parts, options));
  } finally {
    config.close();
    lock.release();
  }
}

/** Who this machine is there: from before, or from now on. */
async function join(
  file: string,
  { join: address, pair, pin, name, log, signal }: RunWorkerOptions,
  config: Config,
): Promise<Membership> {
  const known = await readMembership(file);
  const url = address === undefined ? known?.url : joinUrl(address);
  const before = known && url !== undefined ? sameCoordinator(known, { url, pin }) : undefined;
  // The same line is pasted again, or run by a container that starts anew: its code was used by then. A new code is used only
  // where the key of before is good no more: else this machine would be two workers.
  if (before && (pair === undefined || !(await isRefused(before, config, signal)))) {
    if (before.url !== known?.url) await writeMembership(file, before);
    return before;
  }
  if (url === undefined || pair === undefined)
    throw new DffmpegError('request-invalid', `This machine is not a worker of ${whose(url)} yet.`, {
      hint: 'Run “dffmpeg worker pair” on the machine whose files are to be encoded: it shows the line to paste here.',
    });
  const called = name ?? os.hostname();
  const timeoutMs = config.connectTimeoutSeconds * 1000;
  const { id, key } = await pairWith({ url, code: pair, pin, name: called, signal, timeoutMs });
  const membership = { url, pin, id, key, name: called };
  await writeMembership(file, membership);
  log(`Paired with ${new URL(url).host} as ${called}.`);
  return membership;
}

/** Whoever has the pinned key is the same one, also at another address. */
function sameCoordinator(
  known: Membership,
  { url, pin }: { readonly url: string; readonly pin: string | undefined },
): Membership | undefined {
  const isSame = pin === undefined ? known.url === url : known.pin === pin;
  return isSame ? { ...known, url } : undefined;
}

/** Whether its key is good no more, as after `worker remove`. Who cannot be asked has not refused. */
async function isRefused(membership: Membership, config: Config, signal: AbortSignal): Promise<boolean> {
  try {
    const channel = await channelDialler(membership, () => config).dial(signal);
    channel.close();
    return false;
  } catch (error) {
    return toDffmpegError(error).code === 'unauthorized';
  }
}

function whose(url: string | undefined): string {
  return url === undefined ? 'another one' : new URL(url).host;
}

/** Dials the coordinator. */
async function workThere(parts: WorkerParts, options: RunWorkerOptions): Promise<void> {
  const { stateDir, config } = parts;
  const membership = await join(path.join(stateDir, 'membership.json'), options, config.values);
  const remote = channelDialler(membership, () => config.values);
  const { url, id, name } = membership;
  await work({ ...parts, remote, id, name: options.name ?? name, url }, options);
}

/** Is dialled by it. */
async function workHere(parts: WorkerParts, options: RunWorkerOptions): Promise<void> {
  const { join: address, pair, listen = '', tell, log } = options;
  if (address !== undefined || pair !== undefined)
    throw new DffmpegError('request-invalid', 'A worker either dials (--join) or listens (--listen).', {
      hint: 'Leave one of them out.',
    });
  const name = options.name ?? os.hostname();
  const { config, stateDir } = parts;
  const machine = {
    slots: new Slots(systemTimers, () => parts.settings.slotTurnSeconds * 1000),
    provedIn: stateDir,
  };
  const serve = async ({ id, stateDir: own, remote, dismiss }: Employer): Promise<void> => {
    const dismissed = new AbortController();
    const onDismissed = (): void => {
      log(`${id}: this machine is no worker there any more.`);
      dismissed.abort();
    };
    const signal = AbortSignal.any([options.signal, dismissed.signal]);
    await work({ ...parts, stateDir: own, machine, remote, id, name, onDismissed }, { ...options, signal });
    // Now nothing of it runs, and another one may have its folder.
    if (dismissed.signal.aborted) await dismiss();
  };
  const working = new Set<Promise<void>>();
  const onEmployer = (employer: Employer): void => {
    const served = serve(employer).catch((error: unknown) => {
      log(String(error));
    });
    working.add(served);
    void served.then(() => working.delete(served));
  };
  const listening = await listenForCoordinators({
    ...{ own: stateDir, listen, name, tell, log, onEmployer, invite: options.invite === true },
    settings: () => config.values,
  });
  await untilAborted(options.signal);
  await Promise.all(working);
  await listening.close();
}

interface WorkerParts {
  readonly stateDir: string;
  readonly config: ConfigStore;
  readonly settings: WorkerSettings;
}

async function work(
  parts: WorkerParts & {
    readonly remote: Pick<RemoteCoordinator, 'dial' | 'dialFiles'>;
    readonly id: string;
    readonly name: string;
    /** Of the coordinator; missing: it comes from wherever it is. */
    readonly url?: string;
    readonly machine?: SharedMachine;
    readonly onDismissed?: () => void;
  },
  { tell, log, signal }: RunWorkerOptions,
): Promise<void> {
  const { remote, id, name, url, stateDir, config, settings, machine, onDismissed } = parts;
  const whom = url === undefined ? 'the coordinator' : new URL(url).host;
  let isConnected: boolean | undefined;
  const worker = createWorker({
    coordinator: {
      ...remote,
      onState: (connected) => {
        // Registered anew, because ffmpeg came or went: no news.
        if (connected === isConnected) return;
        isConnected = connected;
        log(connected ? `Connected to ${whom}.` : `The connection to ${whom} is lost.`);
        tell({ event: connected ? 'connected' : 'disconnected', url, id });
      },
    },
    ...{ stateDir, id, name, local: false, machine, onDismissed },
    slots: config.values.slots,
    ffmpegPath: config.values.ffmpeg,
    // It is there to encode, unless a person says otherwise.
    get lowPriority() {
      return config.merged.origins.lowPriority === 'default' ? false : config.values.lowPriority;
    },
    get keepAwake() {
      return config.values.keepAwake;
    },
    settings,
    onFfmpeg: (status) => {
      const line = ffmpegLine(status);
      if (line !== undefined) log(line);
    },
    onError: (error) => {
      log(error.message);
    },
  });
  await untilAborted(signal);
  await worker.close();
}

/** What the person at this machine has to do, or need not do any more. */
function ffmpegLine(status: FfmpegStatus): string | undefined {
  if (status.state === 'checking') return undefined;
  if (status.state === 'ready') return `ffmpeg ${status.version} is ready (${status.path}).`;
  const { message, hint = '' } = status.error;
  return `${message} Nothing is encoded here until it is there. ${hint}`;
}
