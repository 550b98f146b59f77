import type { ErrorData } from '../../protocol/errors.ts';

/** What happened and what to do next, as running text. */
export function errorText({ message, hint }: Pick<ErrorData, 'message' | 'hint'>): string {
  const sentence = /[.!?…]$/.test(message) ? message : `${message}.`;
  return hint === undefined ? sentence : `${sentence} ${hint}`;
}
