/** A person has chosen another folder for a result that waits for its own. */
export class Redirection {
  #current = new AbortController();

  redirect(): void {
    this.#current.abort();
  }

  /** Aborted by whatever is chosen from now on. */
  next(): AbortSignal {
    this.#current = new AbortController();
    return this.#current.signal;
  }
}
