import type { Placing, Point } from './steps.ts';

/** Where the daemon is to stop, and how its disk behaves. */
export interface Plan {
  readonly point?: Point | undefined;
  /** Number of the output at which, for a point that each output passes. */
  readonly output: number;
  readonly placing: Placing;
}

/** What the daemon and the test that holds it say to each other. */
export type ToDaemon = { readonly plan: Plan } | 'go';
export interface FromDaemon {
  /** Missing in the answer to a plan. */
  readonly reached?: Point;
}

/** Holds a call of the daemon at one point of a job's life, until the test lets it go or kills the process. */
export class Breakpoints {
  plan: Plan;
  #go: () => void = () => undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    process.on('message', (message: ToDaemon) => {
      if (message === 'go') this.#go();
      else {
        this.plan = message.plan;
        process.send?.({} satisfies FromDaemon);
      }
    });
  }

  /** `output` is missing for what happens once in the life of a job. */
  async at(point: Point, output?: number): Promise<void> {
    if (this.plan.point !== point || (output !== undefined && output !== this.plan.output)) return;
    this.plan = { ...this.plan, point: undefined };
    const released = new Promise<void>((resolve) => (this.#go = resolve));
    process.send?.({ reached: point } satisfies FromDaemon);
    await released;
  }
}
