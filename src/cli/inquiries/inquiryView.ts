import { formatPercent } from '../../encoding/formatting.ts';
import type { InquiryProgress } from '../../protocol/inquiry.ts';
import type { Invocation } from '../command.ts';
import { ProgressLine } from '../render/progressLine.ts';

/** What a question about files shows while its answer is under way, on stderr. */
export class InquiryView {
  readonly #line: ProgressLine | undefined;

  constructor({ io, json }: Pick<Invocation, 'io' | 'json'>, plainMs: number) {
    const line = new ProgressLine(io.stderr, () => io.now(), plainMs);
    // Under --json a log wants no progress lines; a person at a terminal does.
    this.#line = json && io.stderr.isTTY !== true ? undefined : line;
  }

  /** `about`: what the question is about, in a few words. */
  show(about: string, { fraction, step }: Omit<InquiryProgress, 'inquiryId'>): void {
    const percent = fraction === undefined ? [] : [formatPercent(fraction)];
    this.#line?.show([about, ...(step === undefined ? [] : [step]), ...percent].join('  '));
  }

  clear(): void {
    this.#line?.clear();
  }
}
