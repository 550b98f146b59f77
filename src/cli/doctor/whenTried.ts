import type { DaemonConnection } from '../../client/connection.ts';
import { builtinPresets, defaultPresetName } from '../../encoding/builtinPresets.ts';
import type { WorkerInfo } from '../../protocol/model.ts';
import { deferred } from '../deferred.ts';

/** The workers once ffmpeg was looked for and the encoders of the default preset were tried, or patience ended. */
export async function whenTried(
  daemon: Pick<DaemonConnection, 'subscribe'>,
  patienceMs: number,
): Promise<readonly WorkerInfo[]> {
  const settled = deferred<void>();
  let workers: readonly WorkerInfo[] = [];
  const look = (now: readonly WorkerInfo[]): void => {
    workers = now;
    if (now.some(isTried)) settled.resolve();
  };
  const subscription = daemon.subscribe(
    { topics: ['workers'] },
    { onSnapshot: (state) => look(state.workers), onWorkers: look },
  );
  const timer = setTimeout(() => settled.resolve(), patienceMs);
  try {
    await settled.promise;
    return workers;
  } finally {
    clearTimeout(timer);
    subscription.close();
  }
}

function isTried({ local, ffmpeg, capabilities }: WorkerInfo): boolean {
  if (!local || ffmpeg.state === 'checking') return false;
  return ffmpeg.state === 'missing' || neededEncoders().every((name) => Object.hasOwn(capabilities, name));
}

/** What the default preset cannot do without. Audio encoders are part of every ffmpeg and not tried. */
export function neededEncoders(): readonly string[] {
  const video = builtinPresets[defaultPresetName]?.video;
  return video ? (video.encoders ?? []) : [];
}
