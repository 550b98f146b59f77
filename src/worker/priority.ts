import os from 'node:os';

/** What a background encode gets on a person's machine: 10 on Unix, *below normal* on Windows. */
export function lowerPriority(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not let us: it then runs as it is.
  }
}
