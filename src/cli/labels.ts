import { InvalidArgumentError } from 'commander';
import { labelSchema } from '../protocol/model.ts';

/** For an argument or an option that may be repeated. */
export function addLabel(label: string, before: readonly string[] = []): string[] {
  if (labelSchema.safeParse(label).success) return [...before, label];
  throw new InvalidArgumentError('A label has up to 32 letters, digits, “.”, “_” and “-”.');
}
