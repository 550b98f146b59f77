import type { Finding } from './verdict.ts';

export function fail(message: string): Finding {
  return { level: 'fail', message };
}

export function warn(message: string): Finding {
  return { level: 'warn', message };
}

export function note(message: string): Finding {
  return { level: 'note', message };
}
