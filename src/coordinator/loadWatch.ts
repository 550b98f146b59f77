import type { Fleet } from './fleet.ts';

/** Workers measure their load while at least one client looks at it. */
export class LoadWatch {
  readonly #fleet: Fleet;
  #watchers = 0;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  watch(): () => void {
    this.#watchers += 1;
    this.#fleet.loadWanted = true;
    return () => {
      this.#watchers -= 1;
      this.#fleet.loadWanted = this.#watchers > 0;
    };
  }
}
