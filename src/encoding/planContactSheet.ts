import { decimal, inputArguments, leadOf, openable, withLead } from './commandParts.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { noPicture, stillSource } from './planStill.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { imagePlan, planStillPicture } from './stillPicture.ts';

const gap = 4;

/**
 * Frames from all over the film in one image. Each is sought for by itself, so that a film of two hours takes as
 * long as one of two minutes.
 */
export function planContactSheet(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output, dialect } = input;
  const [source] = input.sources;
  const { columns = 4, rows = 4, tileWidth = 320 } = output.contactSheet ?? {};
  const opened = openable(source.probe, dialect);
  if (!opened.ok) return opened;
  const stream = stillSource(source.probe);
  if (!stream) return noPicture();
  const duration = stream.duration ?? source.probe.duration;
  if (duration === undefined)
    return refuse(
      'source-no-stream',
      'The source does not say how long it is, so its frames cannot be spread over a contact sheet.',
      'Encode it first, for example with the preset “web”, and make the sheet of the result.',
    );

  // What stands over the picture would stand over each of its small copies.
  const tile = {
    ...(output.video || {}),
    ...{ width: tileWidth, height: undefined, maxWidth: undefined, maxHeight: undefined, enlarge: true },
    ...{ watermark: undefined, burnSubtitles: undefined },
  };
  const planned = planStillPicture({ ...input, output: { ...output, video: tile } }, opened.family, stream, {
    start: 0,
  });
  if (!planned.ok) return planned;
  const { picture } = planned;
  const count = columns * rows;
  // In the middle of equal parts: neither the first frame nor the last, which are often black.
  const times = Array.from({ length: count }, (_, index) => ({
    start: Number(decimal(((index + 0.5) * duration) / count)),
  }));
  const leads = times.map((time) => leadOf(opened.family, time));
  const size = picture.width !== undefined && picture.height !== undefined ? picture : undefined;
  const filters = picture.filters === '' ? 'null' : picture.filters;
  const graph = [
    ...times.map(
      (_, index) =>
        `[${index}:${stream.index}]${afterLead(leads[index])}trim=end_frame=1,setpts=PTS-STARTPTS,${filters},setsar=1[t${index}]`,
    ),
    `${times.map((_, index) => `[t${index}]`).join('')}concat=n=${count}:v=1:a=0,` +
      `tile=${columns}x${rows}:padding=${gap}:margin=${gap}[out]`,
  ].join(';');
  return {
    ok: true,
    plan: imagePlan(input, planned, {
      before: [
        ...times.flatMap((time, index) =>
          inputArguments(source, opened.family, withLead(time, leads[index] ?? 0)),
        ),
        ...['-filter_complex', graph, '-map', '[out]'],
      ],
      width: size?.width === undefined ? undefined : columns * (size.width + gap) + gap,
      height: size?.height === undefined ? undefined : rows * (size.height + gap) + gap,
      weight: count / 4,
      why: 'it is one image',
    }),
  };
}

function afterLead(lead = 0): string {
  return lead > 0 ? `trim=start=${decimal(lead)},` : '';
}
