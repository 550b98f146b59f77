import assert from 'node:assert/strict';
import { pixelLayout } from '../../../src/encoding/picturePixels.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import { dialects } from './dialects.ts';
import { filterOrder, planned, refused } from './pictureInputs.ts';
import type { PictureCase } from './pictureInputs.ts';

const bt709 = { colorPrimaries: 'bt709', colorTransfer: 'bt709', colorSpace: 'bt709', colorRange: 'tv' };
const pal = {
  ...{ width: 720, height: 576, sampleAspectRatio: 16 / 15 },
  ...{ colorPrimaries: 'bt470bg', colorTransfer: 'smpte170m', colorSpace: 'bt470bg', colorRange: 'tv' },
};
const hdr10: Partial<ProbeStream> = {
  ...{ codec: 'hevc', pixelFormat: 'yuv420p10le', colorRange: 'tv' },
  ...{ colorPrimaries: 'bt2020', colorTransfer: 'smpte2084', colorSpace: 'bt2020nc' },
  masteringDisplay: {
    ...{ red: [34000, 16000], green: [13250, 34500], blue: [7500, 3000], whitePoint: [15635, 16450] },
    ...{ minLuminance: 1, maxLuminance: 40_000_000 },
  },
  contentLight: { maxContent: 800, maxAverage: 400 },
};
const hlg = { ...hdr10, colorTransfer: 'arib-std-b67', masteringDisplay: undefined, contentLight: undefined };
const hevc10 = { codec: 'hevc', pixelFormat: 'yuv420p10le' } as const;
const messages = (fields: PictureCase) => planned(fields).notes.map(({ message }) => message);

describe('colour of the picture', () => {
  it('keeps the tags of the source and writes them', () => {
    const { filters, color } = planned({ stream: bt709 });
    assert.equal(filters, 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709');
    assert.deepEqual(color, { primaries: 'bt709', transfer: 'bt709', space: 'bt709', range: 'tv' });
  });

  it('says nothing where the source says nothing', () => {
    const said = { colorSpace: 'unknown', colorPrimaries: 'reserved' };
    assert.equal(planned({ stream: said }).filters, '');
    assert.equal(planned({ stream: { ...said, width: 640, height: 360 } }).filters, '');
  });

  it('says what players would have guessed, once they would guess otherwise', () => {
    const { color, filters } = planned({ video: { maxHeight: 480 } });
    assert.equal(color.space, 'bt709');
    assert.doesNotMatch(filters, /color_matrix|colorspace=ispace/u);
    const wide = planned({ stream: { width: 1280, height: 534 }, video: { maxWidth: 640 } });
    assert.equal(wide.color.space, 'bt709');
  });

  it('becomes BT.709 where SD is scaled up to HD', () => {
    const hd = { height: 720, enlarge: true };
    const said = planned({ stream: pal, video: hd });
    assert.deepEqual(filterOrder(said), ['format', 'colorspace', 'setparams', 'scale', 'setsar']);
    assert.match(said.filters, /ispace=bt470bg:iprimaries=bt470bg:.*space=bt709/u);
    assert.equal(said.color.space, 'bt709');
    const unsaid = planned({ stream: { width: 720, height: 480 }, video: hd });
    assert.match(unsaid.filters, /ispace=smpte170m:iprimaries=smpte170m/u);
    assert.equal(unsaid.color.primaries, 'bt709');
  });

  it('stays what it is where SD stays SD, is HD’s already, or the result is no film', () => {
    for (const fields of [
      { stream: pal, video: { squarePixels: true } },
      { stream: { ...pal, ...bt709 }, video: { height: 720, enlarge: true } },
    ])
      assert.doesNotMatch(planned(fields).filters, /colorspace=ispace/u);
    const jpeg = { kind: 'still', codec: 'mjpeg', encoderPixelFormat: 'yuvj420p' } as const;
    assert.doesNotMatch(
      planned({ ...jpeg, stream: pal, video: { height: 720, enlarge: true } }).filters,
      /bt709/u,
    );
  });

  it('changes the matrix alone where colorspace cannot be used', () => {
    const full = dialects['ffmpeg-8'];
    const dialect = { ...full, filters: full.filters.filter((name) => name !== 'colorspace') };
    const { filters } = planned({ dialect, stream: pal, video: { height: 720, enlarge: true } });
    assert.match(filters, /^scale=in_color_matrix=bt470:out_color_matrix=bt709,/u);
  });

  it('is of limited range for devices, of full range in JPEG, and as it was in FFV1', () => {
    const camera = { pixelFormat: 'yuvj420p', colorSpace: 'smpte170m' };
    const film = planned({ stream: camera });
    assert.match(film.filters, /^scale=in_range=pc:out_range=tv,format=pix_fmts=yuv420p,setparams=range=tv/u);
    assert.equal(film.color.range, 'tv');
    const tagged = planned({ stream: { ...bt709, colorRange: 'pc' } });
    assert.match(tagged.filters, /^scale=in_range=pc:out_range=tv/u);
    const kept = planned({ stream: camera, codec: 'ffv1' });
    assert.match(kept.filters, /^scale=in_range=pc:out_range=pc,format=pix_fmts=yuv420p/u);
    assert.equal(kept.color.range, 'pc');
    assert.deepEqual(kept.argv.slice(-2), ['-color_range:v:0', 'pc']);
    const jpeg = planned({ stream: bt709, kind: 'still', codec: 'mjpeg', encoderPixelFormat: 'yuvj420p' });
    assert.match(
      jpeg.filters,
      /^scale=in_color_matrix=bt709:in_range=tv:out_range=pc,format=pix_fmts=gbrp12le,scale=out_color_matrix=smpte170m:out_range=pc,format=pix_fmts=yuvj420p/u,
    );
  });

  it('is that of WebP’s standard in a WebP without transparency', () => {
    const webp = { kind: 'still', codec: 'webp' } as const;
    assert.match(planned({ ...webp, stream: bt709 }).filters, /out_color_matrix=smpte170m/u);
    const clear = planned({ ...webp, stream: bt709, encoderPixelFormat: 'bgra' });
    assert.equal(clear.filters, 'scale=in_color_matrix=bt709:in_range=tv:out_range=pc,format=pix_fmts=bgra');
  });

  it('is BT.709’s where RGB becomes YUV, and the source’s own where YUV becomes RGB', () => {
    const screen = planned({ stream: { pixelFormat: 'gbrp', colorSpace: 'gbr' } });
    assert.match(
      screen.filters,
      /^scale=out_color_matrix=bt709:out_range=tv,format=pix_fmts=yuv420p,setparams=/u,
    );
    assert.equal(screen.color.space, 'bt709');
    const png = { kind: 'still', codec: 'png', encoderPixelFormat: 'rgb24' } as const;
    assert.match(planned({ ...png, stream: pal }).filters, /scale=in_color_matrix=bt470:in_range=tv/u);
    assert.match(planned(png).filters, /scale=in_color_matrix=bt709:in_range=tv/u);
    assert.equal(planned({ ...png, stream: { pixelFormat: 'rgb24' } }).filters, '');
  });

  it('shows black where it is transparent and the result is not, and says so', () => {
    const clear = { pixelFormat: 'yuva444p10le' };
    assert.match(planned({ stream: clear }).filters, /^premultiply=inplace=1/u);
    assert.match(messages({ stream: clear }).join(), /becomes black/u);
    const kept = { stream: clear, codec: 'prores', pixelFormat: 'yuva444p10le' } as const;
    assert.doesNotMatch(planned(kept).filters, /premultiply/u);
    assert.deepEqual(messages(kept), []);
    assert.match(messages({ ...kept, video: { denoise: 'light' } }).join(), /transparency is lost.*denoise/u);
  });
});

describe('HDR', () => {
  it('is carried with its numbers where codec and depth can', () => {
    const { color, notes } = planned({ stream: hdr10, ...hevc10 });
    assert.equal(color.transfer, 'smpte2084');
    assert.deepEqual(color.masteringDisplay, hdr10.masteringDisplay);
    assert.deepEqual(color.contentLight, hdr10.contentLight);
    assert.deepEqual(notes, []);
  });

  it('is said to suffer where it is kept in 8 bits, or loses its numbers', () => {
    assert.match(messages({ stream: hdr10, codec: 'hevc' }).join(), /8-bit: expect banding/u);
    assert.match(
      messages({ stream: hdr10, codec: 'vp9', pixelFormat: 'yuv420p10le' }).join(),
      /may be lost/u,
    );
    assert.equal(planned({ stream: hdr10, codec: 'hevc' }).color.masteringDisplay, undefined);
  });

  it('becomes SDR on demand, PQ and HLG, after scaling down', () => {
    for (const stream of [hdr10, hlg]) {
      const picture = planned({ stream, video: { dynamicRange: 'sdr', maxHeight: 360 } });
      assert.deepEqual(filterOrder(picture), [
        ...[
          'scale',
          'setsar',
          'zscale',
          'format',
          'tonemap',
          'zscale',
          'format',
          'sidedata',
          'sidedata',
          'setparams',
        ],
      ]);
      assert.ok(
        picture.filters.includes(`tin=${stream.colorTransfer}:pin=bt2020:min=bt2020nc:rin=tv:t=linear`),
      );
      assert.deepEqual(picture.color, { primaries: 'bt709', transfer: 'bt709', space: 'bt709', range: 'tv' });
      assert.deepEqual(
        picture.notes.map(({ loses }) => loses),
        ['dynamic-range'],
      );
    }
  });

  it('is bent by the brightest spot that the source knows of', () => {
    const peak = (stream: Partial<ProbeStream>) =>
      Number(/peak=([\d.]+)/u.exec(planned({ stream, video: { dynamicRange: 'sdr' } }).filters)?.[1]);
    assert.ok(Math.abs(peak(hdr10) - 800 / 203) < 1e-3);
    assert.ok(Math.abs(peak({ ...hdr10, contentLight: undefined }) - 4000 / 203) < 1e-3);
    assert.ok(Math.abs(peak(hlg) - 1000 / 203) < 1e-3);
  });

  it('leaves what is SDR alone', () => {
    assert.doesNotMatch(planned({ stream: bt709, video: { dynamicRange: 'sdr' } }).filters, /tonemap/u);
  });

  it('cannot become SDR without zimg', () => {
    const problem = refused({
      dialect: dialects['ffmpeg-4.4'],
      stream: hdr10,
      video: { dynamicRange: 'sdr' },
    });
    assert.deepEqual([problem.code, problem.path], ['ffmpeg-lacks', ['dynamicRange']]);
    assert.match(problem.hint, /zimg.*dynamicRange/u);
  });

  it('becomes SDR by itself in files that cannot say HDR, where this ffmpeg can', () => {
    const png = { stream: hdr10, kind: 'still', codec: 'png', encoderPixelFormat: 'rgb24' } as const;
    assert.match(planned(png).filters, /tonemap/u);
    const kept = { ...png, video: { dynamicRange: 'keep' } } as const;
    assert.doesNotMatch(planned(kept).filters, /tonemap/u);
    assert.match(messages(kept).join(), /pale/u);
    assert.match(messages({ ...png, dialect: dialects['ffmpeg-4.4'] }).join(), /pale/u);
    assert.doesNotMatch(planned({ ...png, codec: 'av1', encoderPixelFormat: 'yuv420p' }).filters, /tonemap/u);
  });

  it('has white letters and logos as bright as reference white, not as the sun', () => {
    const video = { watermark: { file: 'a.png' }, burnSubtitles: { file: 'a.srt' } };
    const layers = planned({ stream: hdr10, ...hevc10, video }).filters.match(/lutrgb=/gu);
    assert.equal(layers?.length, 2);
    assert.doesNotMatch(planned({ video }).filters, /lutrgb/u);
  });
});

describe('what cannot be kept', () => {
  it('is said before the run', () => {
    assert.match(
      messages({ stream: { ...hdr10, dolbyVisionProfile: 8 }, ...hevc10 }).join(),
      /Dolby Vision \(profile 8\)/u,
    );
    const [finding] = planned({ stream: { ...hdr10, dolbyVisionProfile: 5 }, ...hevc10 }).notes;
    assert.equal(finding?.level, 'warn');
    assert.match(messages({ stream: { ...hdr10, hdr10Plus: true }, ...hevc10 }).join(), /HDR10\+/u);
    assert.match(messages({ stream: { closedCaptions: true }, codec: 'vp9' }).join(), /captions/u);
    assert.deepEqual(messages({ stream: { closedCaptions: true } }), []);
    const halved = { stream: { closedCaptions: true }, video: { maxFrameRate: 15 } };
    assert.match(messages(halved).join(), /captions .* are cut to pieces/u);
  });

  it('does not come into the result by way of the container', () => {
    const detached = (fields: PictureCase) => planned(fields).detached;
    assert.equal(detached({ stream: { ...hdr10, dolbyVisionProfile: 8 }, ...hevc10 }), true);
    assert.equal(detached({ stream: hdr10, video: { dynamicRange: 'sdr' } }), true);
    assert.equal(detached({ stream: hdr10, ...hevc10 }), false);
    assert.equal(detached({}), false);
  });
});

describe('pixel formats by their names', () => {
  const table: [string, string, number, boolean, readonly [number, number]][] = [
    ['yuv420p', 'yuv', 8, false, [2, 2]],
    ['yuvj422p', 'yuv', 8, false, [2, 1]],
    ['yuva444p10le', 'yuv', 10, true, [1, 1]],
    ['yuv410p', 'yuv', 8, false, [4, 4]],
    ['yuv440p12le', 'yuv', 12, false, [1, 2]],
    ['nv12', 'yuv', 8, false, [2, 2]],
    ['p010le', 'yuv', 10, false, [2, 2]],
    ['p210be', 'yuv', 10, false, [2, 1]],
    ['uyvy422', 'yuv', 8, false, [2, 1]],
    ['gbrp', 'rgb', 8, false, [1, 1]],
    ['gbrap12le', 'rgb', 12, true, [1, 1]],
    ['gbrpf32le', 'rgb', 32, false, [1, 1]],
    ['rgb24', 'rgb', 8, false, [1, 1]],
    ['bgra', 'rgb', 8, true, [1, 1]],
    ['0rgb', 'rgb', 8, false, [1, 1]],
    ['rgba64be', 'rgb', 16, true, [1, 1]],
    ['rgb48be', 'rgb', 16, false, [1, 1]],
    ['pal8', 'rgb', 8, true, [1, 1]],
    ['gray', 'grey', 8, false, [1, 1]],
    ['gray10le', 'grey', 10, false, [1, 1]],
    ['ya8', 'grey', 8, true, [1, 1]],
  ];
  for (const [name, family, bits, alpha, block] of table)
    it(name, () => {
      const layout = pixelLayout(name);
      assert.deepEqual(
        [layout?.family, layout?.bits, layout?.alpha, layout?.block],
        [family, bits, alpha, block],
      );
    });

  it('that are not pictures in memory are unknown', () => {
    for (const name of [undefined, 'vaapi', 'cuda', 'xyz12le', 'bayer_rggb8'])
      assert.equal(pixelLayout(name), undefined);
  });
});
