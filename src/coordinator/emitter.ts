/** Listeners of one kind of event, called in the order in which they came. */
export class Emitter<T = void> {
  readonly #listeners = new Set<(value: T) => void>();

  /** The function that comes back ends it. */
  on(listener: (value: T) => void): () => void {
    // A wrapper, so that one function may listen twice.
    const own = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  get listened(): boolean {
    return this.#listeners.size > 0;
  }
}
