import * as z from 'zod';
import type { ClientSettings } from '../../client/clientSettings.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { inquire } from '../../client/inquire.ts';
import { previewOutputSchema } from '../../protocol/inquiry.ts';
import type { PresetSnapshot } from '../../protocol/model.ts';
import { previewText } from '../../protocol/previewText.ts';
import type { Invocation } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { InquiryView } from '../inquiries/inquiryView.ts';
import { printJson } from '../jsonOutput.ts';
import { shortenPath } from '../paths.ts';

/** What `encode --dry-run --json` prints. */
export const dryRunOutputSchema = z.object({
  previews: z.array(z.object({ sources: z.array(z.string()), outputs: z.array(previewOutputSchema) })),
});

interface DryRun {
  readonly preset: PresetSnapshot;
  /** The sources of each job that would be made. */
  readonly jobs: readonly (readonly string[])[];
  readonly output: string | undefined;
  readonly signal: AbortSignal;
  readonly settings: Pick<ClientSettings, 'plainProgressSeconds'>;
}

/** Says what would run, without making a job. 1 when an output could not be made. */
export async function dryRun(
  invocation: Invocation,
  daemon: DaemonConnection,
  { preset, jobs, output, signal, settings }: DryRun,
): Promise<number> {
  const { io, json } = invocation;
  const previews: z.output<typeof dryRunOutputSchema>['previews'] = [];
  const view = new InquiryView(invocation, settings.plainProgressSeconds * 1000);
  try {
    for (const sources of jobs) {
      const about = shortenPath(sources[0] ?? '', { cwd: io.cwd });
      const { outputs } = await inquire(
        daemon,
        'jobs.preview',
        { sources: [...sources], preset, output },
        {
          signal,
          onProgress: (progress) => {
            view.show(about, progress);
          },
        },
      );
      view.clear();
      previews.push({ sources: [...sources], outputs });
      const question = { source: sources.join(', '), preset: preset.name };
      if (!json) io.stdout.write(previewText(question, outputs, process.platform));
    }
  } finally {
    view.clear();
  }
  if (json) printJson(io.stdout, dryRunOutputSchema, { previews });
  const refused = previews.some(({ outputs }) => outputs.some(({ problem }) => problem !== undefined));
  return refused ? exitCodes.failed : exitCodes.done;
}
