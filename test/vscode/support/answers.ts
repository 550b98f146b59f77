import * as vscode from 'vscode';

type Messages = 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage';
const messageMethods: readonly Messages[] = [
  'showInformationMessage',
  'showWarningMessage',
  'showErrorMessage',
];

/** What the window was asked to show, and what the test answers in a person's stead. */
export class Answers {
  readonly shown: { text: string; buttons: string[]; modal: boolean; detail?: string }[] = [];
  readonly picks: { title: string | undefined; labels: string[] }[] = [];
  /** Button to press, by what the message begins with. */
  readonly press = new Map<string, string>();
  /** Label to pick from a list. */
  pick: string | undefined;
  /** What to type into a box. */
  type: string | undefined;
  /** What to choose in the system's dialog. */
  open: vscode.Uri | undefined;
  #waiting: (() => void)[] = [];
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const method of messageMethods) this.#replace(method, (...args) => this.#message(args));
    this.#replace('showOpenDialog', () => Promise.resolve(this.open && [this.open]));
    this.#replace('showInputBox', () => Promise.resolve(this.type));
    this.#replace('showQuickPick', async (items, options) => {
      const list = (await items) as vscode.QuickPickItem[];
      this.picks.push({
        title: (options as vscode.QuickPickOptions | undefined)?.title,
        labels: list
          .filter(({ kind }) => kind !== vscode.QuickPickItemKind.Separator)
          .map(({ label }) => label),
      });
      return list.find(
        ({ label, kind }) => label === this.pick && kind !== vscode.QuickPickItemKind.Separator,
      );
    });
  }

  /** The first message that fits, past or to come. */
  async message(fits: RegExp): Promise<{ text: string; buttons: string[]; detail?: string }> {
    for (;;) {
      const found = this.shown.find(({ text }) => fits.test(text));
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  restore(): void {
    for (const undo of this.#restore) undo();
  }

  #message(args: unknown[]): Promise<string | undefined> {
    const [text, ...rest] = args as [string, ...unknown[]];
    const options = rest.find((entry) => typeof entry === 'object') as vscode.MessageOptions | undefined;
    const buttons = rest.filter((entry) => typeof entry === 'string');
    const detail = options?.detail === undefined ? {} : { detail: options.detail };
    this.shown.push({ text, buttons, modal: options?.modal === true, ...detail });
    for (const wake of this.#waiting.splice(0)) wake();
    const answer = [...this.press].find(([start]) => text.startsWith(start))?.[1];
    return Promise.resolve(answer);
  }

  #replace(method: keyof typeof vscode.window, by: (...args: unknown[]) => unknown): void {
    const window = vscode.window as unknown as Record<string, unknown>;
    const real = window[method];
    window[method] = by;
    this.#restore.push(() => (window[method] = real));
  }
}
