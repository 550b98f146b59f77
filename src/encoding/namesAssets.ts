import type { OutputPreset } from './output.ts';

/** Whether something of this output is made of a file in the folder of the source: a watermark, subtitles, a colour table. */
export function namesAssets({ video }: OutputPreset): boolean {
  if (!video || video.copy === true) return false;
  return video.lut !== undefined || video.watermark !== undefined || video.burnSubtitles?.file !== undefined;
}
