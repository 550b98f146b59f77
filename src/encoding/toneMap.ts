import { isHdr, sourceTags } from './colorTags.ts';
import type { ColorTags } from './colorTags.ts';
import type { VideoCodec } from './containers.ts';
import type { Dialect } from './dialect.ts';
import { hasFilter } from './filterTable.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { ProbeStream } from './probe.ts';

/** cd/m² of what tone mapping takes for 1, ordinary white. */
const nominalWhite = 100;
/** cd/m² of the brightest spot where the source does not say. */
const usualPeak = 1000;

/** These files have no place for HDR’s transfer curve. */
export const withoutHdr: readonly VideoCodec[] = ['mjpeg', 'png', 'gif', 'webp'];

/** Where the result could not say that it is HDR, and nobody asks to keep it, it is mapped if this ffmpeg can. */
export function wantsSdr(
  stream: ProbeStream,
  wish: VideoPreset['dynamicRange'],
  codec: VideoCodec,
  dialect: Dialect,
): boolean {
  if (!isHdr(sourceTags(stream))) return false;
  if (wish !== undefined) return wish === 'sdr';
  return withoutHdr.includes(codec) && hasFilter(dialect, 'zscale') && hasFilter(dialect, 'tonemap');
}

/**
 * HDR to SDR: to light itself, to the colours of BT.709, brightness bent so that highlights fit, back to BT.709’s
 * curve. In floating point, so it is slow: it comes after scaling down.
 */
export function toneMap(stream: ProbeStream, tags: ColorTags, pixelFormat: string): Filter[] {
  return [
    filter('zscale', {
      tin: tags.transfer,
      pin: tags.primaries ?? 'bt2020',
      min: tags.space ?? 'bt2020nc',
      rin: tags.range ?? 'tv',
      t: 'linear',
      npl: nominalWhite,
    }),
    filter('format', { pix_fmts: 'gbrpf32le' }),
    filter('zscale', { p: 'bt709' }),
    filter('tonemap', { tonemap: 'mobius', desat: 0, peak: peak(stream) / nominalWhite }),
    filter('zscale', { t: 'bt709', m: 'bt709', p: 'bt709', r: 'tv' }),
    filter('format', { pix_fmts: pixelFormat }),
    // Else an encoder would write HDR’s numbers beside a picture that is SDR.
    filter('sidedata', { mode: 'delete', type: 'MASTERING_DISPLAY_METADATA' }),
    filter('sidedata', { mode: 'delete', type: 'CONTENT_LIGHT_LEVEL' }),
  ];
}

/** Brightest spot of the film, in cd/m²: as measured, as the display could, or as usual. */
function peak({ contentLight, masteringDisplay }: ProbeStream): number {
  const measured = contentLight?.maxContent ?? 0;
  const display = (masteringDisplay?.maxLuminance ?? 0) / 10_000;
  const said = measured > 0 ? measured : display > 0 ? display : usualPeak;
  return Math.min(10_000, Math.max(2 * nominalWhite, said));
}
