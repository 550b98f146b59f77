import os from 'node:os';

/** `low` is for encodes on a person's machine, `lowest` for what nobody waits for. */
export type Priority = 'normal' | 'low' | 'lowest';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = os.constants.priority;

/** Nice 10 or 19 on Unix, *below normal* or *idle* on Windows. */
export function lowerPriority(pid: number | undefined, priority: Priority): void {
  if (pid === undefined || priority === 'normal') return;
  try {
    os.setPriority(pid, priority === 'low' ? PRIORITY_BELOW_NORMAL : PRIORITY_LOW);
  } catch {
    // It has ended already, or the system does not let us: it then runs as it is.
  }
}
