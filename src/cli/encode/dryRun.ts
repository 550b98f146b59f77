import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { DaemonConnection } from '../../client/connection.ts';
import { previewOutputSchema } from '../../protocol/inquiry.ts';
import { previewText } from '../../protocol/previewText.ts';
import type { Invocation } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, type PresetOutput } from '../jsonOutput.ts';

/** What `encode --dry-run --json` prints. */
export const dryRunOutputSchema = z.object({
  previews: z.array(z.object({ sources: z.array(z.string()), outputs: z.array(previewOutputSchema) })),
});

interface DryRun {
  readonly preset: PresetOutput;
  /** The sources of each job that would be made. */
  readonly jobs: readonly (readonly string[])[];
  readonly output: string | undefined;
  readonly signal: AbortSignal;
}

/** Says what would run, without making a job. 1 when an output could not be made. */
export async function dryRun(
  { io, json }: Invocation,
  daemon: DaemonConnection,
  { preset, jobs, output, signal }: DryRun,
): Promise<number> {
  const previews: z.output<typeof dryRunOutputSchema>['previews'] = [];
  for (const sources of jobs) {
    const { outputs } = await daemon.request(
      'jobs.preview',
      {
        inquiryId: randomUUID(),
        sources: [...sources],
        preset: { name: preset.name, preset: preset.preset },
        output,
      },
      { signal },
    );
    previews.push({ sources: [...sources], outputs });
    if (!json)
      io.stdout.write(
        previewText({ source: sources.join(', '), preset: preset.name }, outputs, process.platform),
      );
  }
  if (json) printJson(io.stdout, dryRunOutputSchema, { previews });
  const refused = previews.some(({ outputs }) => outputs.some(({ problem }) => problem !== undefined));
  return refused ? exitCodes.failed : exitCodes.done;
}
