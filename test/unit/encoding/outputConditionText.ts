import type { OutputPreset } from '../../../src/encoding/output.ts';
import { appliesTo } from '../../../src/encoding/outputCondition.ts';
import type { Probe } from '../../../src/encoding/probe.ts';

/** Whether an output is made of a source, as a golden line. */
export function outputCondition(output: OutputPreset, probe: Probe): string {
  const answer = appliesTo(output, probe);
  return answer.applies ? 'made' : `not made: ${answer.why}`;
}
