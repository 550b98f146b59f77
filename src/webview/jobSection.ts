import '@vscode-elements/elements/dist/vscode-badge/index.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { element, setAttribute, setShown, setText } from './dom.ts';
import { KeyedList, type Row } from './keyedList.ts';

export interface SectionOptions<T> {
  readonly title: string;
  readonly keyOf: (item: T) => string;
  readonly create: (item: T) => Row<T>;
  readonly showMore: () => void;
}

export interface SectionContent<T> {
  readonly items: readonly T[];
  /** Of all items, also those not in `items`. */
  readonly total: number;
  readonly limit: number;
  /** Said in place of rows when there are none. */
  readonly empty: string;
}

/** A heading with its number, a list, a sentence when the list is empty, and a button when it is long. */
export class JobSection<T> {
  readonly #badge = element('vscode-badge', { variant: 'counter' });
  readonly #empty = element('p', { class: 'empty' });
  readonly #more = element('vscode-button', { secondary: '', class: 'more' });
  readonly #list: KeyedList<T>;

  constructor(container: HTMLElement, options: SectionOptions<T>) {
    const title = element('h2', { id: `${container.id}-title`, tabindex: '-1' }, options.title);
    const rows = element('ul', { class: 'rows', 'aria-labelledby': title.id });
    container.append(
      element('div', { class: 'section-header' }, title, this.#badge),
      rows,
      this.#empty,
      this.#more,
    );
    this.#list = new KeyedList(rows, options.keyOf, options.create);
    this.#more.addEventListener('click', options.showMore);
  }

  render({ items, total, limit, empty }: SectionContent<T>): void {
    this.#list.render(items.slice(0, limit));
    setText(this.#badge, String(total));
    setAttribute(this.#badge, 'class', total > 0 ? undefined : 'none');
    setShown(this.#empty, items.length === 0);
    setText(this.#empty, empty);
    const hidden = items.length - limit;
    setShown(this.#more, hidden > 0);
    setText(this.#more, `Show ${hidden} more`);
  }
}
