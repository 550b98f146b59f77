import type { Capabilities, Dialect } from './dialect.ts';
import type { OutputPreset } from './output.ts';
import type { Measured } from './plan.ts';
import type { Probe } from './probe.ts';

/** What decides how an output is made. */
export interface PlanInput {
  readonly output: OutputPreset;
  /** One; several are joined, in this order. */
  readonly sources: readonly [PlanSource, ...PlanSource[]];
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  /** What analyses have found so far. */
  readonly measured?: Measured;
}

export interface PlanSource {
  /** Absolute. */
  readonly path: string;
  /** Where it is read of over HTTP while it is fetched, in the place of its path. */
  readonly url?: string | undefined;
  readonly probe: Probe;
}

/** The part of a source that is encoded, in seconds from its beginning; what `trim` asks for, within its bounds. */
export interface Span {
  readonly start: number;
  /** Missing: to the end. */
  readonly duration?: number;
}
