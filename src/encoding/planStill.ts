import { decimal, inputArguments, leadOf, leadOptions, openable, withLead } from './commandParts.ts';
import type { Plan } from './plan.ts';
import type { PlanInput, Span } from './planInput.ts';
import { pictureArguments } from './pictureArguments.ts';
import { seconds } from './presetValues.ts';
import type { Still } from './presetKinds.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { imagePlan, planStillPicture } from './stillPicture.ts';
import { pickVideo } from './streams.ts';

/** Where a typical frame is looked for: past titles and black beginnings, before anything that tells the end. */
const typicalPlace = 0.1;
/** Seconds of film in which ffmpeg's thumbnail filter looks for the frame most like the others. */
const typicalSeconds = 4;

/** One frame as an image. */
export function planStill(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output, dialect } = input;
  const [source] = input.sources;
  const opened = openable(source.probe, dialect);
  if (!opened.ok) return opened;
  const stream = stillSource(source.probe);
  if (!stream) return noPicture();
  const at = whichFrame(output.still ?? {}, source.probe, stream);
  if (!at.ok) return at;
  const lead = leadOf(opened.family, at.span);
  const planned = planStillPicture(input, opened.family, stream, at.span, lead);
  if (!planned.ok) return planned;
  const typical = at.typicalFrames === undefined ? '' : `thumbnail=n=${at.typicalFrames}`;
  const filters = [typical, planned.picture.filters].filter((text) => text !== '').join(',');
  const { picture } = planned;
  return {
    ok: true,
    plan: imagePlan(input, planned, {
      before: [
        ...inputArguments(source, opened.family, withLead(at.span, lead)),
        ...pictureArguments({ ...picture, filters }, stream.index),
      ],
      // A typical frame may lie a little earlier.
      after: at.typicalFrames === undefined ? leadOptions(lead) : [],
      width: picture.width,
      height: picture.height,
      weight: 1,
      why: 'it is one frame',
    }),
  };
}

/** The film's picture; of a file of sound, its cover. */
export function stillSource(probe: Probe): ProbeStream | undefined {
  return pickVideo(probe) ?? probe.streams.find((stream) => stream.attachedPicture);
}

export function noPicture() {
  return refuse(
    'source-no-stream',
    'The source has no picture, and the preset makes an image of one.',
    'Choose a preset for sound, such as “audio”, or a source with a picture.',
  );
}

/** A cover has one frame; of a film whose length is unknown, the first. */
function whichFrame(
  still: Still,
  probe: Probe,
  stream: ProbeStream,
): Outcome<{ span: Span; typicalFrames?: number }> {
  if (stream.attachedPicture) return { ok: true, span: { start: 0 } };
  const duration = stream.duration ?? probe.duration;
  const { at = 'auto' } = still;
  if (at === 'auto') {
    if (duration === undefined) return { ok: true, span: { start: 0 } };
    const frames = Math.round(
      Math.min(typicalSeconds, duration * (1 - typicalPlace)) * Math.min(stream.frameRate ?? 25, 30),
    );
    return {
      ok: true,
      span: { start: Number(decimal(duration * typicalPlace)) },
      typicalFrames: Math.min(120, Math.max(1, frames)),
    };
  }
  const percent = typeof at === 'string' && at.endsWith('%') ? Number.parseFloat(at) / 100 : undefined;
  if (percent !== undefined)
    return { ok: true, span: { start: lastFrameAtMost((duration ?? 0) * percent, duration, stream) } };
  const time = seconds(at);
  if (duration !== undefined && time > duration)
    return refuse(
      'preset-invalid',
      `The frame to take lies at ${decimal(time)} s, but the source lasts ${decimal(duration)} s.`,
      'Choose an earlier time, or a part such as 50%.',
      ['still', 'at'],
    );
  return { ok: true, span: { start: lastFrameAtMost(time, duration, stream) } };
}

/** Beyond the last frame there is none to take: half a frame before its end is still inside it. */
function lastFrameAtMost(time: number, duration: number | undefined, stream: ProbeStream): number {
  if (duration === undefined) return time;
  const last = Math.max(0, duration - 1.5 / (stream.frameRate ?? 25));
  return Number(decimal(Math.min(time, last)));
}
