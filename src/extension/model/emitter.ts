/** Something that can be let go of; the shape of VS Code's `Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** The shape of VS Code's `Event`, for models that are tested without the editor. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A function of its own, so that one listener added twice is called twice and let go of one by one.
    const entry = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(entry);
    return {
      dispose: () => {
        this.#listeners.delete(entry);
      },
    };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
