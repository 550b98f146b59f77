/** Time as a parameter: what waits in a pure room asks these, so that tests own the clock. */
export interface Timers {
  /** Runs `callback` once after `milliseconds`; the function that comes back calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemTimers: Timers = {
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};
