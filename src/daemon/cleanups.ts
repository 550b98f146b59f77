/** What was opened, closed in the opposite order; one failure does not keep the others from being closed. */
export class Cleanups {
  readonly #steps: { readonly name: string; run(): void | Promise<void> }[] = [];
  readonly #onError: (name: string, error: unknown) => void;

  constructor(onError: (name: string, error: unknown) => void) {
    this.#onError = onError;
  }

  add(name: string, run: () => void | Promise<void>): void {
    this.#steps.push({ name, run });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.run();
      } catch (error) {
        this.#onError(step.name, error);
      }
    }
  }
}
