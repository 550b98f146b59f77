import path from 'node:path';
import { builtinPresets } from '../encoding/builtinPresets.ts';
import { ownOutputs } from '../encoding/ownOutput.ts';
import { scanSources } from '../files/scan.ts';
import type { Accounts } from '../coordinator/accounts/accounts.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { Pairing } from '../coordinator/accounts/pairing.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { Counts, FfmpegStatus } from '../protocol/model.ts';
import { protocolVersion } from '../protocol/version.ts';
import { adminHandlers, type Reach } from './adminHandlers.ts';
import { settingKeys, settingRow } from './config.ts';
import type { ConfigStore } from './configStore.ts';
import type { ProgramBuild } from './programBuild.ts';
import { shownSetting } from './shownSetting.ts';
import { watchHandlers } from './watch/watchHandlers.ts';
import type { WorkerDialler } from './workerDialler.ts';
import type { WatchService } from './watch/watchService.ts';

export interface DaemonParts {
  readonly program: ProgramBuild;
  readonly stateDir: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly config: ConfigStore;
  readonly watch: WatchService;
  readonly accounts: Accounts;
  readonly pairing: Pairing;
  /** Where other machines find it; undefined while it listens on this one alone. */
  reach(): Reach | undefined;
  readonly workers: Pick<Coordinator, 'findWorker' | 'dismissWorker' | 'forgetWorker' | 'forgetClient'>;
  readonly dialler: Pick<WorkerDialler, 'add' | 'connectFleet'>;
  counts(): Promise<Counts>;
  /** Of results that have taken the place of their source. */
  replacedPaths(): Promise<string[]>;
  ffmpeg(): FfmpegStatus;
  /** Begins to leave. */
  stop(): void;
  /** Leaves for a newer program when what runs has ended. */
  handOver(): void;
}

/** What the daemon answers itself; the rest of the table is the queue's. */
export function daemonHandlers(parts: DaemonParts): DaemonHandlers {
  const { program, config } = parts;
  return {
    ...watchHandlers(parts.watch, config),
    ...adminHandlers(parts.accounts, parts.pairing, () => parts.reach(), parts.workers, parts.dialler),
    'session.open': () => Promise.resolve({ ...program, protocol: protocolVersion }),
    'daemon.status': async () => ({
      ...program,
      protocol: protocolVersion,
      pid: process.pid,
      startedAt: parts.startedAt,
      stateDir: parts.stateDir,
      node: process.version,
      ffmpeg: parts.ffmpeg(),
      counts: await parts.counts(),
    }),
    'daemon.stop': () => {
      // The answer goes out first.
      setImmediate(() => parts.stop());
      return Promise.resolve({});
    },
    'daemon.handOver': async () => {
      const { running } = await parts.counts();
      const now = running === 0;
      // The answer goes out first.
      setImmediate(() => (now ? parts.stop() : parts.handOver()));
      return { now };
    },
    'sources.scan': async ({ paths, results }, { signal }) => {
      const own = ownOutputs({ ...builtinPresets, ...config.values.presets });
      // They have the names of sources: encoded once more they would only become worse.
      const replaced = new Set(await parts.replacedPaths());
      return scanSources(paths, {
        isOwnOutput: (file) => !results && (own.isFile(path.basename(file)) || replaced.has(file)),
        isOwnFolder: (folder) => own.isFolder(path.basename(folder)),
        signal,
      });
    },
    'presets.list': () => {
      const own = Object.entries(config.values.presets);
      const builtIn = Object.entries(builtinPresets).filter(
        ([name]) => !Object.hasOwn(config.values.presets, name),
      );
      return Promise.resolve({
        presets: [
          ...builtIn.map(([name, preset]) => ({ name, preset, origin: 'built-in' as const })),
          ...own.map(([name, preset]) => ({ name, preset, origin: 'config' as const })),
        ],
      });
    },
    'config.show': () =>
      Promise.resolve({
        settings: settingKeys.map((key) => ({
          key,
          value: shownSetting(key, config.values[key]),
          origin: config.merged.origins[key],
          place: shortPlace(config.merged.places[key]),
          unit: settingRow(key).unit,
          default: shownSetting(key, settingRow(key).default),
          hot: settingRow(key).hot,
        })),
        problems: config.problems.map(({ place, message, hint }) => ({ place, message, hint })),
      }),
  };
}

/** Flags and variables as they are; of files the name, since both lie in the state folder. */
function shortPlace(place: string | undefined): string | undefined {
  return place === undefined ? undefined : path.basename(place);
}
