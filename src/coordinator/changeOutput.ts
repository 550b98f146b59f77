import type { Output } from '../protocol/model.ts';

export function changeOutput(outputs: readonly Output[], index: number, changes: Partial<Output>): Output[] {
  return outputs.map((output, at) => (at === index ? { ...output, ...changes } : output));
}
