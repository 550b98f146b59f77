import type { Coordinator } from '../../coordinator/coordinatorInterface.ts';
import type { Store } from '../../coordinator/store.ts';
import type { WatchFolderRecord } from '../../coordinator/store/watchRecords.ts';
import type { WatchBoard } from '../../coordinator/watchBoard.ts';
import { networkFileSystemOf } from '../../client/networkFileSystem.ts';
import { builtinPresets } from '../../encoding/builtinPresets.ts';
import { nearestName } from '../../encoding/nearestName.ts';
import type { Preset } from '../../encoding/preset.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { PresetSnapshot } from '../../protocol/model.ts';
import { systemTimers } from '../../protocol/timers.ts';
import type { ConfigStore } from '../configStore.ts';
import { OwnFiles } from './ownFiles.ts';
import type { WatchServiceOptions } from './watchService.ts';

/** What the watched folders need of the daemon around them. */
export function watchParts(daemon: {
  readonly store: Store;
  readonly coordinator: Coordinator;
  readonly config: ConfigStore;
  readonly board: WatchBoard;
  readonly onCount: (watching: number) => void;
  readonly onError: (error: DffmpegError) => void;
}): WatchServiceOptions {
  const { store, coordinator, config, board, onCount, onError } = daemon;
  const presets = (): Readonly<Record<string, Preset>> => config.values.presets;
  return {
    ...{ store, board, onCount, onError },
    own: new OwnFiles({ store, presets, platform: process.platform }),
    submit: (submission) => coordinator.submit(submission),
    declared: () => config.values.watchFolders,
    preset: (record) => presetOf(record, { ...builtinPresets, ...presets() }),
    times: () => {
      const { watchSettleSeconds, watchRescanSeconds, watchPollSeconds, watchDebounceMs, watchTellMs } =
        config.values;
      return {
        settleMs: watchSettleSeconds * 1000,
        rescanMs: watchRescanSeconds * 1000,
        pollMs: watchPollSeconds * 1000,
        debounceMs: watchDebounceMs,
        tellMs: watchTellMs,
      };
    },
    settingsKey: () => {
      const watching = Object.entries(config.values).filter(([key]) => key.startsWith('watch'));
      return JSON.stringify([watching, presets()]);
    },
    wholeBytes: () => config.values.watchWholeBytes,
    reading: oneAtATime(),
    networkFileSystem: (folder) => networkFileSystemOf(folder).catch(() => undefined),
    timers: systemTimers,
    clock: Date.now,
    monotonic: () => performance.now(),
  };
}

function presetOf(
  { preset, spec }: WatchFolderRecord,
  known: Readonly<Record<string, Preset>>,
): PresetSnapshot {
  const name = spec.preset;
  const found = preset ?? (Object.hasOwn(known, name) ? known[name] : undefined);
  if (found !== undefined) return { name, preset: found };
  const near = nearestName(name, Object.keys(known));
  throw new DffmpegError('preset-unknown', `There is no preset “${name}” any more.`, {
    hint: `${near === undefined ? '' : `Did you mean “${near}”? `}Presets that a watched folder names stand in config.jsonc or are built-in.`,
  });
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
