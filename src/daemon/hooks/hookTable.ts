import type { Job } from '../../protocol/model.ts';
import { noteChangedResults } from './changedResults.ts';
import { runCommandHook } from './commandHook.ts';
import { runCopyHook } from './copyHook.ts';
import type { HookSettings } from './hookRunner.ts';
import type { Hook } from './hookSchema.ts';
import { runWebhook } from './webhook.ts';

/** What a run of a hook has to work with. */
export interface HookRun {
  readonly job: Job;
  /** Of this delivery: the same for every try. */
  readonly deliveryId: string;
  readonly stateDir: string;
  readonly settings: HookSettings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** What is known of the result that this job has put there: see `briefKey`. */
  readonly contentOf: (path: string) => Promise<string | undefined>;
  /** Of a copy that is about to be made: that no watched folder takes it for a source. `content` as `briefKey`. */
  readonly noteCopy: (copy: Copy) => Promise<void>;
  /** Into the job's log. */
  readonly log: (text: string) => void;
}

export interface Copy {
  readonly path: string;
  /** Both are missing for a folder. */
  readonly bytes?: number | undefined;
  readonly content?: string | undefined;
}

/** `again`: it may go better later. */
export type HookOutcome =
  | { readonly done: true }
  | { readonly done: false; readonly message: string; readonly hint?: string; readonly again: boolean };

export type HookKind = 'command' | 'webhook' | 'copy';

/** Every kind of hook: a file, and a line here. */
export function describeHook(hook: Hook): { readonly kind: HookKind; readonly name: string } {
  if ('command' in hook) return { kind: 'command', name: hook.command[0] };
  // What comes after the host may be a secret of its own.
  if ('webhook' in hook) return { kind: 'webhook', name: new URL(hook.webhook).origin };
  return { kind: 'copy', name: hook.copyTo };
}

export function runHook(hook: Hook, run: HookRun): Promise<HookOutcome> {
  if ('command' in hook) return noteChangedResults(run, () => runCommandHook(hook, run));
  return 'webhook' in hook ? runWebhook(hook, run) : runCopyHook(hook, run);
}
