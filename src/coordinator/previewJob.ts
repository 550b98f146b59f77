import type { Submission } from '../protocol/clientContract.ts';
import type { PlannedCommands, PreviewOutput } from '../protocol/inquiry.ts';
import type { Output } from '../protocol/model.ts';
import type { Clock } from './ids.ts';
import type { AskWorker } from './inquiryWorker.ts';
import { newJobRecord } from './jobRecord.ts';
import { checkPlan, encodePayload, planEachOutput } from './planner.ts';
import type { Store } from './store.ts';
import type { JobRecord } from './store/records.ts';

export interface PreviewContext {
  readonly store: Pick<Store, 'reserved'>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly platform: string;
}

/**
 * The way of a job from its submission to its commands, by the same functions, without a job: looked at, planned,
 * and given to a worker as an encode would be. No name is reserved.
 */
export async function previewJob(
  asked: Pick<Submission, 'sources' | 'preset' | 'output'>,
  ask: AskWorker,
  { store, newId, clock, platform }: PreviewContext,
): Promise<{ outputs: PreviewOutput[] }> {
  const id = newId();
  const job = newJobRecord(
    { ...asked, submissionId: id, priority: 0, attached: false, onSuccess: 'keep' },
    { id, sessionId: undefined, createdAt: clock() },
  );
  checkPlan(job, platform);
  const { probes } = await ask('media.probe', { sources: asked.sources });
  const probed: JobRecord = { ...job, probes };
  const outputs = await planEachOutput(probed, platform, (names) => store.reserved(names, id));
  const planned = outputs.some(({ state }) => state === 'planned')
    ? (await ask('encode.preview', { payload: encodePayload({ ...probed, outputs }) })).outputs
    : [];
  return {
    outputs: outputs.map((output, index) =>
      previewOf(
        output,
        planned.find((each) => each.index === index),
      ),
    ),
  };
}

function previewOf(output: Output, planned: PlannedCommands | undefined): PreviewOutput {
  const named = output.name === undefined ? {} : { name: output.name };
  if (planned !== undefined) return { ...named, applies: true, path: output.path, ...planned };
  const why = output.verdict?.findings[0]?.message;
  return { ...named, applies: false, why, commands: [], files: [], notes: [] };
}
