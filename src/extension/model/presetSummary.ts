import { outputKind, type OutputPreset } from '../../encoding/output.ts';
import type { Preset } from '../../encoding/preset.ts';
import { outputsOf } from '../../encoding/presetOutputs.ts';
import type { VideoPreset } from '../../encoding/presetVideo.ts';

/** A preset in a few lines: what it makes, and how. */
export function presetSummary(preset: Preset): string[] {
  return outputsOf(preset).map((output) => {
    const { name, container, video, audio } = output;
    const parts = [
      container,
      ...(video ? [videoText(video, output)] : []),
      ...(audio ? [[audio.encoder, audio.bitrate].filter(Boolean).join(', ')] : []),
    ];
    return `${name === undefined ? '' : `${name}: `}${parts.join(' · ')}`;
  });
}

/** Which of the icons for presets: film, sound, picture. */
export function presetIcon(preset: Preset): 'device-camera-video' | 'unmute' | 'file-media' {
  const kinds = outputsOf(preset).map((output) =>
    output.video === false ? ('sound' as const) : outputKind(output),
  );
  if (kinds.every((kind) => kind === 'sound')) return 'unmute';
  return kinds.every((kind) => kind === 'still' || kind === 'animation')
    ? 'file-media'
    : 'device-camera-video';
}

function videoText(video: VideoPreset, { ladder, contactSheet }: OutputPreset): string {
  if (video.copy === true) return 'the picture as it is';
  return [(video.encoders ?? []).join(', else '), ...qualityOf(video), ...sizeOf(video)]
    .concat(ladder?.rungs ? [`${ladder.rungs.length} sizes`] : [])
    .concat(contactSheet ? [`${contactSheet.columns ?? 4} × ${contactSheet.rows ?? 4} frames`] : [])
    .join(', ');
}

function qualityOf({ crf, bitrate, targetSize, targetQuality }: VideoPreset): string[] {
  if (crf !== undefined) return [`crf ${crf}`];
  if (bitrate !== undefined) return [bitrate];
  if (targetSize !== undefined) return [`at most ${targetSize}`];
  return targetQuality === undefined ? [] : [`${targetQuality.metric ?? 'ssim'} ${targetQuality.score}`];
}

function sizeOf({ maxHeight, maxWidth, height, width }: VideoPreset): string[] {
  if (width !== undefined && height !== undefined) return [`${width}×${height}`];
  if (height !== undefined) return [`${height} lines`];
  if (width !== undefined) return [`${width} pixels wide`];
  if (maxHeight !== undefined) return [`at most ${maxHeight} lines`];
  return maxWidth === undefined ? [] : [`at most ${maxWidth} pixels wide`];
}
