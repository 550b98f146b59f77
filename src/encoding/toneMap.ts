import { isHdr, sourceTags } from './colorTags.ts';
import type { ColorTags } from './colorTags.ts';
import type { VideoCodec } from './containers.ts';
import type { Dialect } from './dialect.ts';
import { hasFilter } from './filterTable.ts';
import { filter } from './pictureGraph.ts';
import type { Filter } from './pictureGraph.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { ProbeStream } from './probe.ts';

/** cd/m² of what becomes SDR’s white: HDR’s reference white by BT.2408, so that faces and grass stay as bright. */
const referenceWhite = 203;
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
 * HDR to SDR: to light itself in the colours of BT.709, its brightness bent above mid-tones so that highlights fit, back
 * to BT.709’s curve. Everything is said, since a source’s frames may not say it. In floating point, so it is slow: it
 * comes after scaling down.
 */
export function toneMap(stream: ProbeStream, tags: ColorTags, pixelFormat: string): Filter[] {
  const { transfer, primaries = 'bt2020', space = 'bt2020nc', range = 'tv' } = tags;
  const source = { tin: transfer, pin: primaries, min: space, rin: range };
  return [
    filter('zscale', { ...source, t: 'linear', p: 'bt709', npl: referenceWhite }),
    filter('format', { pix_fmts: 'gbrpf32le' }),
    filter('tonemap', { tonemap: 'mobius', desat: 0, peak: peak(stream) / referenceWhite }),
    filter('zscale', { tin: 'linear', pin: 'bt709', t: 'bt709', m: 'bt709', p: 'bt709', r: 'tv' }),
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
  return Math.min(10_000, Math.max(1.5 * referenceWhite, said));
}
