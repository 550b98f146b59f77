/** What a list shows for one item: made once, then told of each change. */
export interface Row<T> {
  readonly element: HTMLElement;
  update(item: T): void;
  dispose?(): void;
}

/**
 * Keeps one row per key under a container. Rows that stay are neither made anew nor moved unless the order
 * changed, so focus, selection and open details survive every update.
 */
export class KeyedList<T> {
  readonly #container: HTMLElement;
  readonly #keyOf: (item: T) => string;
  readonly #create: (item: T) => Row<T>;
  readonly #rows = new Map<string, Row<T>>();

  constructor(container: HTMLElement, keyOf: (item: T) => string, create: (item: T) => Row<T>) {
    this.#container = container;
    this.#keyOf = keyOf;
    this.#create = create;
  }

  render(items: readonly T[]): void {
    this.#dropAllBut(new Set(items.map(this.#keyOf)));
    let place = this.#container.firstElementChild;
    for (const item of items) {
      const row = this.#rowOf(item);
      row.update(item);
      if (row.element === place) place = place.nextElementSibling;
      else this.#container.insertBefore(row.element, place);
    }
  }

  #rowOf(item: T): Row<T> {
    const key = this.#keyOf(item);
    const known = this.#rows.get(key);
    if (known) return known;
    const made = this.#create(item);
    this.#rows.set(key, made);
    return made;
  }

  #dropAllBut(wanted: ReadonlySet<string>): void {
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.dispose?.();
      row.element.remove();
      this.#rows.delete(key);
    }
  }
}
