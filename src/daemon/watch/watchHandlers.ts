import type { DaemonHandlers } from '../../coordinator/clientLink.ts';
import type { ConfigStore } from '../configStore.ts';
import type { WatchService } from './watchService.ts';

type WatchHandlers = Pick<DaemonHandlers, Extract<keyof DaemonHandlers, `watch.${string}`>>;

/** What clients may ask of the watched folders. */
export function watchHandlers(watch: WatchService, config: ConfigStore): WatchHandlers {
  return {
    'watch.list': async () => ({
      folders: await watch.list(),
      problems: config.problems
        .filter(({ message }) => message.startsWith('watchFolders'))
        .map(({ place, message }) => `${place}: ${message}`),
    }),
    'watch.activate': async ({ folder, ...options }) => ({ folder: await watch.activate(folder, options) }),
    'watch.activateDeclared': async ({ folder, existing }) => ({
      folder: await watch.activateDeclared(folder, existing),
    }),
    'watch.pause': async ({ folder }) => ({ folder: await watch.pause(folder, true) }),
    'watch.resume': async ({ folder }) => ({ folder: await watch.pause(folder, false) }),
    'watch.remove': async ({ folder }) => ({ folder: await watch.remove(folder) }),
    'watch.scan': async ({ folder }) => ({ folder: await watch.scan(folder) }),
    'watch.files': async ({ folder, limit }) => ({ files: await watch.files(folder, limit) }),
  };
}
