import { canReplace, canUndo } from '../protocol/jobResults.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { JobAction, StatusJob } from '../protocol/statusPageContract.ts';
import { element, icon, setAttribute, setShown } from './dom.ts';
import { sourceName } from './jobText.ts';

export type Act = (action: JobAction, id: string) => void;

interface ActionButton {
  readonly label: string;
  readonly icon: string;
  readonly offered: (job: StatusJob) => boolean;
}

const actionButtons: Record<JobAction, ActionButton> = {
  reveal: { label: 'Reveal result', icon: 'folder-opened', offered: (job) => job.state === 'done' },
  retry: { label: 'Retry', icon: 'debug-restart', offered: canRetry },
  replace: { label: 'Replace the source anyway', icon: 'replace', offered: canReplace },
  undo: { label: 'Undo: put the source back', icon: 'discard', offered: canUndo },
  log: { label: 'Open log', icon: 'output', offered: () => true },
  pause: { label: 'Pause', icon: 'debug-pause', offered: (job) => !isHeld(job) && !isEnded(job.state) },
  resume: { label: 'Resume', icon: 'debug-start', offered: isHeld },
  cancel: { label: 'Cancel', icon: 'close', offered: (job) => !isEnded(job.state) },
};

function isHeld(job: StatusJob): boolean {
  return job.state === 'paused' || job.suspended;
}

function canRetry(job: StatusJob): boolean {
  return job.state === 'failed' || job.state === 'cancelled';
}

/** The buttons of one job. Offered is only what can be done now. */
export class JobActions {
  readonly element = element('div', { class: 'actions' });
  readonly #buttons = new Map<JobAction, HTMLButtonElement>();
  #job: StatusJob;

  constructor(job: StatusJob, actions: readonly JobAction[], act: Act) {
    this.#job = job;
    for (const action of actions) {
      const { label, icon: iconName } = actionButtons[action];
      const attributes = { class: 'icon-button', type: 'button', title: label, 'data-action': action };
      const button = element('button', attributes, icon(iconName));
      button.addEventListener('click', () => act(action, this.#job.id));
      this.#buttons.set(action, button);
      this.element.append(button);
    }
  }

  update(job: StatusJob): void {
    this.#job = job;
    for (const [action, button] of this.#buttons) {
      const { label, offered } = actionButtons[action];
      setAttribute(button, 'aria-label', `${label}: ${sourceName(job)}`);
      setShown(button, offered(job));
    }
  }
}
