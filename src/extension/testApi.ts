import type { Services } from './services.ts';

/** What `activate` returns to the project's own tests inside VS Code; undefined for everybody else. */
export interface TestApi {
  /** Milliseconds that `activate` took. */
  readonly activationTime: number;
  /** Milliseconds of processor time that it took: another program's work is not in it. */
  readonly activationCpu: number;
  readonly services: Services;
}
