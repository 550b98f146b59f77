import { containerTable } from './containers.ts';
import type { Preset } from './preset.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { Finding } from './verdict.ts';

const highDynamicRange = ['smpte2084', 'arib-std-b67'];

/** What of the source will not be in the result, by plan, as notes for a person. */
export function leftOut(
  preset: Preset,
  probe: Probe,
  picture: ProbeStream | undefined,
  tracks: readonly ProbeStream[],
): Finding[] {
  const count = (type: ProbeStream['type']) => probe.streams.filter((stream) => stream.type === type).length;
  const notes: string[] = [];
  const audioLeft = preset.audio ? count('audio') - tracks.length : 0;
  if (audioLeft > 0)
    notes.push(
      containerTable[preset.container].manyAudioTracks
        ? `${plural(audioLeft, 'audio track')} that ffmpeg cannot read ${is(audioLeft)} left out.`
        : `The default audio track is kept, ${plural(audioLeft, 'other')} ${is(audioLeft)} left out; a preset with the container mkv keeps all.`,
    );
  const subtitles = count('subtitle');
  if (preset.video && subtitles > 0)
    notes.push(`${plural(subtitles, 'subtitle track')} ${is(subtitles)} left out.`);
  if (!preset.video && probe.streams.some((stream) => stream.attachedPicture))
    notes.push('The cover picture is left out.');
  if (picture && preset.video && highDynamicRange.includes(picture.colorTransfer ?? ''))
    if (preset.video.pixelFormat !== 'yuv420p10le')
      notes.push(
        'The source is HDR and the result 8-bit: expect banding, or use the pixelFormat yuv420p10le.',
      );
  return notes.map((message) => ({ level: 'note', message }));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function is(count: number): string {
  return count === 1 ? 'is' : 'are';
}
