import type { Disposable } from './emitter.ts';

/** One handle that is taken when it is first needed, given back, and may be taken again. */
export class Holding implements Disposable {
  readonly #take: () => Disposable;
  #held: Disposable | undefined;

  constructor(take: () => Disposable) {
    this.#take = take;
  }

  hold(): void {
    this.#held ??= this.#take();
  }

  dispose(): void {
    this.#held?.dispose();
    this.#held = undefined;
  }
}
