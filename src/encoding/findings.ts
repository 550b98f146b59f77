import type { Finding, Loss } from './verdict.ts';

export function fail(message: string): Finding {
  return { level: 'fail', message };
}

export function warn(message: string): Finding {
  return { level: 'warn', message };
}

export function note(message: string): Finding {
  return { level: 'note', message };
}

/** As planned, so only worth a note; but of the source’s content. */
export function loss(loses: Loss, message: string): Finding {
  return { level: 'note', message, loses };
}
