import type { ErrorData } from '../protocol/errors.ts';
import type { PageAction } from '../protocol/statusPageContract.ts';
import { element, icon, setShown, setText } from './dom.ts';
import type { PageState } from './pageState.ts';

export interface Problem {
  readonly error: ErrorData;
  /** What mends it; the first is the one to try first. */
  readonly remedies: readonly { readonly label: string; readonly action: PageAction }[];
}

/** What stands in the way of every encode, if anything does. */
export function problemOf({ connection, workers }: PageState): Problem | undefined {
  if (connection.state === 'failed')
    return {
      error: connection.error,
      remedies: [
        { label: 'Try Again', action: 'startDaemon' },
        { label: 'Show Log', action: 'showDaemonLog' },
      ],
    };
  const ffmpeg = workers?.find((worker) => worker.local)?.ffmpeg;
  if (ffmpeg?.state === 'missing')
    return { error: ffmpeg.error, remedies: [{ label: 'Install ffmpeg', action: 'installFfmpeg' }] };
  return undefined;
}

/** Says the problem with the buttons that mend it. */
export class Banner {
  readonly #container: HTMLElement;
  readonly #message = element('p', { class: 'message' });
  readonly #hint = element('p', { class: 'detail' });
  readonly #buttons = element('div', { class: 'remedies' });
  readonly #run: (action: PageAction) => void;
  #shown = '';

  constructor(container: HTMLElement, run: (action: PageAction) => void) {
    this.#container = container;
    this.#run = run;
    const words = element('div', { class: 'words' }, this.#message, this.#hint);
    container.append(icon('warning'), words, this.#buttons);
    container.setAttribute('role', 'alert');
  }

  render(problem: Problem | undefined): void {
    setShown(this.#container, problem !== undefined);
    if (!problem) return;
    setText(this.#message, problem.error.message);
    setText(this.#hint, problem.error.hint ?? '');
    this.#renderButtons(problem);
  }

  #renderButtons({ remedies }: Problem): void {
    const wanted = remedies.map(({ action }) => action).join();
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    const buttons = remedies.map(({ label, action }, index) => {
      const button = element('vscode-button', index === 0 ? {} : { secondary: '' }, label);
      button.addEventListener('click', () => this.#run(action));
      return button;
    });
    this.#buttons.replaceChildren(...buttons);
  }
}
