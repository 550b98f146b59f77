import { commands } from 'vscode';
import type { ViewState } from './model/viewState.ts';

/** Every context key of the extension with its type; package.json's when-clauses read them. */
export interface ContextKeys {
  'dffmpeg.state': ViewState;
  'dffmpeg.queuePaused': boolean;
}

const current = new Map<keyof ContextKeys, unknown>();

/** Tells the editor only what changed. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
