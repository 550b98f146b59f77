import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { assetNamed } from '../encoding/assetNames.ts';
import { fieldPath } from '../encoding/output.ts';
import type { WorkFile } from '../encoding/plan.ts';
import { planOutput } from '../encoding/planOutput.ts';
import type { Preset } from '../encoding/preset.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { PlannedCommands, PreviewFile } from '../protocol/inquiry.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import { settlePlan } from './analyse.ts';
import { encodeProgress, type EncodeProgress } from './encodeProgress.ts';
import { foresee, planInputs, type PlannedOutput } from './encodeTask.ts';
import { inquiryPlace, type InquiryContext } from './inquiryContext.ts';
import { TaskFailure } from './task.ts';
import { besideSource, WorkFiles } from './workFiles.ts';

type Previewed = PlannedCommands & { index: number };

/** What an attempt with this payload would run, by its own functions: all but the commands that make the result. */
export async function previewCommands(payload: EncodePayload, context: InquiryContext): Promise<Previewed[]> {
  const outputs = await planInputs(payload, context);
  const refused = outputs.map((output) => refusalOf(output, payload.preset));
  const possible = outputs.filter((_, position) => refused[position] === undefined);
  const progress = encodeProgress(
    // Only the looks at the sources are run.
    possible.map((output) => ({ ...foresee(output), commands: [] })),
    ({ fraction, step }) => {
      context.progress({ fraction, step: step ?? 'looking at the source' });
    },
  );
  const previews: Previewed[] = [];
  for (const [position, output] of outputs.entries()) {
    context.signal.throwIfAborted();
    const problem = refused[position];
    previews.push(
      problem === undefined
        ? await previewOutput(output, possible.indexOf(output), progress, context)
        : { index: output.index, commands: [], files: [], notes: [], problem },
    );
  }
  return previews;
}

/** What is known to be wrong without a look at the source, at its field. */
function refusalOf({ input }: PlannedOutput, preset: Preset): PlannedCommands['problem'] {
  const planned = planOutput(input);
  if (!planned.ok) {
    const { code, message, hint, path: field } = planned.problem;
    return { code, message, hint, path: field && fieldPath(preset, input.output, field) };
  }
  try {
    foresee({ index: 0, path: '', input });
    return undefined;
  } catch (error) {
    return toDffmpegError(error).toData();
  }
}

async function previewOutput(
  { index, input }: PlannedOutput,
  position: number,
  progress: EncodeProgress,
  context: InquiryContext,
): Promise<Previewed> {
  const directory = path.join(context.directory, String(index));
  await mkdir(directory);
  const commands: PlannedCommands['commands'] = [];
  const place = inquiryPlace(context, directory, ({ purpose, argv }) => commands.push({ purpose, argv }));
  const [source] = input.sources;
  try {
    const { plan, measured, findings } = await settlePlan(input, {
      place,
      files: new WorkFiles(place, besideSource(source.path)),
      progress: {
        next: () => {
          progress.next(position);
        },
        update: (block) => {
          progress.update(block);
        },
      },
    });
    for (const { purpose, argv } of plan.commands) commands.push({ purpose, argv: [place.binary, ...argv] });
    return {
      index,
      commands,
      files: plan.files.map((file) => previewFile(file, source.path)),
      result: plan.result,
      encoders: { video: plan.encoders.video, audio: [...plan.encoders.audio] },
      crf: measured.crf,
      segmentSafe: plan.segmentSafe,
      notes: [...plan.expected.notes, ...findings],
    };
  } catch (error) {
    context.signal.throwIfAborted();
    const problem = error instanceof TaskFailure ? error.error : toDffmpegError(error);
    return { index, commands, files: [], notes: [], problem: problem.toData() };
  }
}

function previewFile(file: WorkFile, source: string): PreviewFile {
  const { name } = file;
  if ('text' in file) return { name, from: 'text', text: file.text };
  if ('asset' in file)
    return { name, from: 'copy', path: path.resolve(path.dirname(source), assetNamed(file.asset, source)) };
  return { name, from: 'source' };
}
