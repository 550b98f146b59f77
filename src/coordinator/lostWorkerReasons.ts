import type { ErrorData } from '../protocol/errors.ts';

const hint = 'The job goes back to the queue.';
export const restarted: ErrorData = {
  code: 'worker-lost',
  message: 'The daemon was restarted while this ran.',
  hint,
};
export const unwritten: ErrorData = {
  code: 'store-unavailable',
  message: 'The queue’s database could not be written when this was given out.',
  hint,
};

/** `graceMs`: until somebody else may have what it runs. */
export function isAway(name: string, graceMs: number): ErrorData {
  return {
    code: 'worker-lost',
    message: `The connection to ${name} is lost. It has ${Math.round(graceMs / 1000)} seconds to come back.`,
    hint: 'It goes on encoding; if it does not come back, the job goes back to the queue.',
  };
}

/** Nobody else could take its task. */
export function isAwaited(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `The connection to ${name} is lost, and no other worker could take this.`,
    hint: 'It goes on encoding there, and is waited for; cancel the job, or connect another worker, to have it done elsewhere.',
  };
}

export function cutOff(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `The connection to ${name} was lost, and it did not come back.`,
    hint,
  };
}

export function removed(name: string): ErrorData {
  return { code: 'worker-lost', message: `${name} was removed while this ran.`, hint };
}

export function workerRestarted(name: string): ErrorData {
  return { code: 'worker-lost', message: `${name} was started anew while this ran.`, hint };
}

export function didNotReturn(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `${name} did not come back after a restart.`,
    hint: 'The job goes back to the queue.',
  };
}

export function waitsForPlacer(name: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `${name} was giving the result its name and is not connected.`,
    hint: 'It is finished when that worker is back; cancel the job and retry it to encode anew.',
  };
}
