import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { element, icon } from './dom.ts';

export interface ToolbarOptions {
  readonly query: string;
  readonly search: (query: string) => void;
  readonly encode: () => void;
}

/** The search box and the one thing to begin with. */
export class Toolbar {
  readonly search = document.createElement('vscode-textfield');
  readonly #options: ToolbarOptions;

  constructor(container: HTMLElement, options: ToolbarOptions) {
    this.#options = options;
    this.search.label = 'Search jobs by file, preset, worker or state';
    this.search.placeholder = 'Search file, preset, worker, state';
    this.search.value = options.query;
    const glass = icon('search');
    glass.slot = 'content-before';
    this.search.append(glass);
    this.search.addEventListener('input', () => options.search(this.search.value));
    const encode = element('vscode-button', {}, 'Encode Files…');
    encode.addEventListener('click', options.encode);
    container.append(this.search, encode);
  }

  clear(): void {
    this.search.value = '';
    this.#options.search('');
  }
}
