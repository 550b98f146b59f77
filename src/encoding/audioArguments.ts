import { containerTable } from './containers.ts';
import type { Capabilities } from './dialect.ts';
import { audioEncoderTable } from './encoders.ts';
import type { ExpectedAudio } from './expectation.ts';
import type { AudioPreset, Preset } from './preset.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { startOffset } from './streams.ts';

/** What is wrong with the audio part whatever the source and the worker are. */
export function checkAudio(preset: Preset, audio: AudioPreset): Outcome<object> {
  const held = containerTable[preset.container].audioCodecs;
  const { codec } = audioEncoderTable[audio.encoder];
  if (held.includes(codec)) return { ok: true };
  return refuse(
    'preset-invalid',
    `The preset’s container ${preset.container} cannot hold ${codec}, which ${audio.encoder} makes.`,
    `Choose the container mkv, or an audio encoder of ${held.join(' or ')}.`,
  );
}

export function checkAudioCapability(audio: AudioPreset, capabilities: Capabilities): Outcome<object> {
  const capability = capabilities[audio.encoder];
  if (capability?.usable === true) return { ok: true };
  return refuse(
    'encoder-unavailable',
    `The preset’s audio encoder ${audio.encoder} ${capability ? 'failed its trial run' : 'has not been tried yet'} on this worker.`,
    'Choose another audio encoder in the preset (aac is in every ffmpeg), or install an ffmpeg that has this one.',
  );
}

/** `tracks` in the order of the result. */
export function audioArguments(input: { probe: Probe; tracks: readonly ProbeStream[]; audio: AudioPreset }): {
  argv: string[];
  expected: ExpectedAudio[];
} {
  const { probe, tracks, audio } = input;
  const entry = audioEncoderTable[audio.encoder];
  const argv: string[] = [];
  const expected: ExpectedAudio[] = [];
  for (const [position, track] of tracks.entries()) {
    const channels = Math.min(track.channels ?? 2, audio.maxChannels ?? entry.maxChannels, entry.maxChannels);
    argv.push(`-c:a:${position}`, audio.encoder);
    if (audio.bitrate !== undefined && !entry.lossless) argv.push(`-b:a:${position}`, audio.bitrate);
    const layout = entry.layouts?.[channels];
    if (layout !== undefined && layout !== track.channelLayout)
      argv.push(`-filter:a:${position}`, `aformat=channel_layouts=${layout}`);
    else if (track.channels !== undefined && channels < track.channels)
      argv.push(`-ac:a:${position}`, String(channels));
    expected.push({
      codec: entry.codec,
      channels: track.channels === undefined ? undefined : channels,
      duration: track.duration,
      startOffset: startOffset(probe, track),
    });
  }
  return { argv, expected };
}
