import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { dryRunOutputSchema } from '../../../src/cli/encode/dryRun.ts';
import { checkOutputSchema } from '../../../src/cli/inquiries/checkFiles.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { likenessSchema } from '../../../src/protocol/inquiry.ts';

const text = readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'docs', 'cli.md'), 'utf8');

/** The example behind a marker, or a sentence, of docs/cli.md. */
function example(marker: string): unknown {
  const block = text.slice(text.indexOf(marker)).split('```json\n')[1]?.split('```')[0];
  assert.ok(block, marker);
  return JSON.parse(block);
}

/** Also refuses fields that the schema does not know: what is documented is printed. */
function assertIs(schema: z.ZodType, value: unknown): void {
  assert.deepEqual(schema.parse(value), value);
}

describe('the JSON in docs/cli.md', () => {
  it('of a preview is what encode --dry-run prints', () => {
    assertIs(dryRunOutputSchema, { previews: [example('<!-- json: preview -->')] });
  });

  it('of a check is what check prints', () => {
    assertIs(checkOutputSchema, { files: [example('<!-- json: health -->')] });
  });

  it('of a likeness is what measure prints', () => {
    const likeness = example('<!-- json: likeness -->');
    assertIs(likenessSchema, likeness);
    assert.match(text, /`"inf"`/);
    assertIs(likenessSchema.shape.figures.element, { metric: 'psnr', mean: 'inf' });
  });

  it('of a job is what job show prints', () => {
    assertIs(jobOutputSchema.partial(), example('A Job:'));
  });
});
