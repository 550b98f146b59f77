import assert from 'node:assert/strict';
import fc from 'fast-check';
import { complexGraph } from '../../../src/encoding/picture.ts';
import { pictureArguments } from '../../../src/encoding/pictureArguments.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import { dialects } from './dialects.ts';
import { filterOrder, planned, refused, sourceArguments } from './pictureInputs.ts';
import type { PictureCase } from './pictureInputs.ts';

/** Without the tags of colour, which color.test.ts is about. */
function shape({ filters }: { readonly filters: string }): string {
  return filters.replace(/,?setparams=[^,]*$/u, '');
}

describe('size of the picture', () => {
  const lanczos = 'flags=lanczos+accurate_rnd';
  const scaled = (w: number, h: number) => `scale=w=${w}:h=${h}:${lanczos},setsar=sar=1`;
  const pal = { width: 720, height: 576, sampleAspectRatio: 64 / 45 };
  const table: [Partial<ProbeStream>, VideoPreset, string, [number, number]][] = [
    [{}, { maxHeight: 1080 }, '', [1280, 720]],
    [{ width: 3840, height: 2160 }, { maxHeight: 1080 }, scaled(1920, 1080), [1920, 1080]],
    [{ width: 3840, height: 1600 }, { maxHeight: 1080, maxWidth: 1920 }, scaled(1920, 800), [1920, 800]],
    [{ width: 1920, height: 1080, rotation: 90 }, {}, '', [1080, 1920]],
    [{ width: 1920, height: 1080, rotation: 270 }, { maxHeight: 960 }, scaled(540, 960), [540, 960]],
    [{ width: 1920, height: 1080, rotation: 180 }, { maxHeight: 1080 }, '', [1920, 1080]],
    [{ width: 641, height: 273 }, {}, scaled(640, 272), [640, 272]],
    [{ width: 640, height: 360 }, { maxHeight: 121 }, scaled(214, 120), [214, 120]],
    // Pixels that are not square stay so under a limit, which is for the picture as it is seen …
    [pal, { maxHeight: 288 }, `scale=w=360:h=288:${lanczos}`, [360, 288]],
    [pal, { maxWidth: 1024 }, '', [720, 576]],
    [pal, { maxWidth: 512 }, `scale=w=360:h=288:${lanczos}`, [360, 288]],
    // … and become so where they are to be, or where a size is named.
    [pal, { squarePixels: true }, scaled(1024, 576), [1024, 576]],
    [pal, { width: 512 }, scaled(512, 288), [512, 288]],
    [{}, { width: 640 }, scaled(640, 360), [640, 360]],
    [{}, { height: 480, maxWidth: 800 }, scaled(800, 450), [800, 450]],
    [{}, { width: 640, height: 640 }, scaled(640, 360), [640, 360]],
    [
      {},
      { width: 640, height: 640, fit: 'pad' },
      `scale=w=640:h=360:${lanczos},pad=w=640:h=640:x=0:y=140,setsar=sar=1`,
      [640, 640],
    ],
    [
      {},
      { width: 640, height: 640, fit: 'fill' },
      `scale=w=1138:h=640:${lanczos},crop=w=640:h=640:x=250:y=0,setsar=sar=1`,
      [640, 640],
    ],
    [{}, { width: 640, height: 640, fit: 'stretch' }, scaled(640, 640), [640, 640]],
    // Nothing grows unless it may: the box shrinks as a whole.
    [{}, { width: 1920, height: 1080 }, '', [1280, 720]],
    [{}, { width: 1920, height: 1080, enlarge: true }, scaled(1920, 1080), [1920, 1080]],
    [
      { width: 640, height: 480 },
      { width: 1920, height: 1080, fit: 'pad' },
      'pad=w=852:h=480:x=106:y=0,setsar=sar=1',
      [852, 480],
    ],
    [{}, { rotate: 90, maxHeight: 640 }, `transpose=dir=clock,${scaled(360, 640)}`, [360, 640]],
    [{}, { rotate: 180, flip: 'vertical' }, 'hflip,vflip,vflip', [1280, 720]],
  ];
  for (const [stream, video, filters, [width, height]] of table)
    it(`${JSON.stringify(stream)} with ${JSON.stringify(video)}`, () => {
      const picture = planned({ stream, video });
      assert.deepEqual([shape(picture), picture.width, picture.height], [filters, width, height]);
    });

  it('is even only where the pixel format stores colour for pairs', () => {
    const size = (fields: PictureCase) => {
      const { width, height } = planned({ stream: { width: 641, height: 273, ...fields.stream }, ...fields });
      return [width, height];
    };
    assert.deepEqual(size({ pixelFormat: 'yuv444p' }), [641, 273]);
    assert.deepEqual(size({ pixelFormat: 'yuv422p10le' }), [640, 273]);
    assert.deepEqual(size({ pixelFormat: 'yuv420p', encoderPixelFormat: 'nv12' }), [640, 272]);
    assert.deepEqual(
      size({ kind: 'still', codec: 'png', encoderPixelFormat: 'rgb24', stream: { width: 641, height: 273 } }),
      [641, 273],
    );
  });

  it('is left to ffmpeg where it is unknown', () => {
    const picture = planned({ stream: { width: undefined }, video: { maxHeight: 720, maxWidth: 800 } });
    assert.match(picture.filters, /720\/ih/u);
    assert.match(picture.filters, /800\/\(iw\*sar\)/u);
    assert.equal(picture.width, undefined);
  });

  it('says why an exact size is not reached', () => {
    const [note] = planned({ video: { width: 1920, height: 1080 } }).notes;
    assert.match(note?.message ?? '', /1280 × 720.*enlarge/u);
    assert.deepEqual(planned({ video: { width: 640, height: 640 } }).notes, []);
  });

  it('never grows, is even, keeps the aspect to a pixel pair (property)', () => {
    const side = fc.integer({ min: 16, max: 8192 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 16, max: 8640 }), (width, height, maxHeight) => {
        const picture = planned({ stream: { width, height }, video: { maxHeight } });
        assert.ok(picture.width !== undefined && picture.height !== undefined);
        assert.ok(picture.width <= width && picture.height <= Math.min(height, maxHeight));
        assert.ok(picture.width % 2 === 0 && picture.height % 2 === 0);
        const scale = Math.min(1, maxHeight / height);
        assert.ok(Math.abs(picture.width - width * scale) <= 2 + (2 * width) / height);
      }),
    );
  });

  it('is within every box and limit, whatever the fit (property)', () => {
    const side = fc.integer({ min: 16, max: 4096 });
    const wishes = fc.record(
      {
        width: side,
        height: side,
        maxWidth: side,
        maxHeight: side,
        fit: fc.constantFrom('inside', 'pad', 'fill', 'stretch'),
        enlarge: fc.boolean(),
        squarePixels: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const aspects = fc.constantFrom(undefined, 1, 64 / 45, 8 / 9);
    fc.assert(
      fc.property(side, side, aspects, wishes, (width, height, sampleAspectRatio, video) => {
        const picture = planned({
          stream: { width, height, sampleAspectRatio },
          video: video,
        });
        assert.ok(picture.width !== undefined && picture.height !== undefined);
        assert.ok(picture.width >= 2 && picture.height >= 2);
        assert.ok(picture.width % 2 === 0 && picture.height % 2 === 0);
        // A limit or a size that is odd may be passed by the pixel that makes it even.
        const most = (limit = Number.POSITIVE_INFINITY) => Math.max(2, limit + 1);
        assert.ok(picture.height <= most(video.maxHeight), 'maxHeight');
        assert.ok(picture.height <= most(video.height), 'height');
        assert.ok(picture.width <= most(video.width), 'width');
        if (video.enlarge === true) return;
        const wider = picture.width > most(Math.max(1, sampleAspectRatio ?? 1) * width);
        const taller = picture.height > most(height);
        // Bars lie beside the picture.
        assert.ok(video.fit === 'pad' ? !(wider && taller) : !wider && !taller, 'larger than the source');
      }),
    );
  });
});

describe('crop of the picture', () => {
  it('cuts at least what is asked for, at whole pairs of pixels', () => {
    assert.equal(shape(planned({ video: { crop: { top: 21, left: 3 } } })), 'crop=w=1276:h=698:x=4:y=22');
    const fine = { pixelFormat: 'yuv444p', stream: { pixelFormat: 'yuv444p' } } as const;
    assert.equal(shape(planned({ ...fine, video: { crop: { top: 21 } } })), 'crop=w=1280:h=699:x=0:y=21');
  });

  it('cuts the picture as it is seen, before it is turned and scaled', () => {
    const { filters } = planned({
      stream: { rotation: 90 },
      video: { crop: { top: 80, bottom: 80 }, maxHeight: 560 },
    });
    assert.match(filters, /^crop=w=720:h=1120:x=0:y=80,scale=w=360:h=560:/u);
  });

  it('is refused where it leaves nothing', () => {
    const problem = refused({ video: { crop: { left: 640, right: 640 } } });
    assert.deepEqual([problem.code, problem.path], ['preset-invalid', ['crop']]);
    assert.match(problem.message, /0 × 720 pixels of a picture of 1280 × 720/u);
  });

  it('is looked for first where it is automatic, then cut', () => {
    const video = { crop: 'auto' } as const;
    const [analysis] = planned({ video }).analyses;
    assert.equal(analysis?.kind, 'crop');
    const found = planned({ video, measured: { crop: { top: 90, bottom: 90, left: 0, right: 0 } } });
    assert.deepEqual([shape(found), found.analyses], ['crop=w=1280:h=540:x=0:y=90', []]);
  });
});

describe('frame rate of the picture', () => {
  const table: [Partial<ProbeStream>, VideoPreset, string, boolean][] = [
    [{ frameRate: 25 }, {}, '', false],
    [{ frameRate: 30_000 / 1001 }, { maxFrameRate: 29.97 }, '', false],
    [{ frameRate: 60_000 / 1001 }, { maxFrameRate: 30 }, 'fps=fps=30000/1001', false],
    [{ frameRate: 60 }, { maxFrameRate: 30 }, 'fps=fps=30', false],
    [{ frameRate: 50 }, { maxFrameRate: 30 }, 'fps=fps=25', false],
    [{ frameRate: 31 }, { maxFrameRate: 30 }, 'fps=fps=30', false],
    [{ frameRate: 31 }, { maxFrameRate: 23.976 }, 'fps=fps=24000/1001', false],
    [{ frameRate: 120 }, { maxFrameRate: 24 }, 'fps=fps=24', false],
    [{ frameRate: 28.4, variableFrameRate: true }, { maxFrameRate: 30 }, '', true],
    [{ frameRate: 58, variableFrameRate: true }, { maxFrameRate: 30 }, 'fps=fps=30', false],
    [{ frameRate: undefined, variableFrameRate: undefined }, { maxFrameRate: 30 }, 'fps=fps=30', false],
    [{ frameRate: undefined, variableFrameRate: undefined }, {}, '', true],
    [{ frameRate: 25 }, { frameRate: 25 }, '', false],
    [{ frameRate: 25 }, { frameRate: 29.97 }, 'fps=fps=30000/1001', false],
    [{ frameRate: 25 }, { frameRate: 60, maxFrameRate: 50 }, 'fps=fps=50', false],
    [{ frameRate: 25, variableFrameRate: true }, { frameRate: 25 }, 'fps=fps=25', false],
    [{ frameRate: 25 }, { frameTiming: 'variable' }, '', true],
    [{ frameRate: 28.4, variableFrameRate: true }, { frameTiming: 'constant' }, 'fps=fps=30000/1001', false],
    [{ frameRate: 31.6, variableFrameRate: true }, { frameTiming: 'constant' }, 'fps=fps=48', false],
  ];
  for (const [stream, video, filters, variable] of table)
    it(`${JSON.stringify(stream)} with ${JSON.stringify(video)}`, () => {
      const picture = planned({ stream, video });
      assert.deepEqual([picture.filters, picture.variable], [filters, variable]);
      const mode = picture.argv.slice(0, 2);
      assert.deepEqual(mode, ['-fps_mode', variable ? 'vfr' : 'cfr']);
    });

  it('counts the frames of the part that is encoded', () => {
    assert.equal(planned({ stream: { frames: 249 } }).frames, 249);
    assert.equal(planned({ stream: { frames: 249 }, span: { start: 2 } }).frames, 200);
    assert.equal(planned({ span: { start: 2, duration: 1 }, video: { frameRate: 50 } }).frames, 50);
    assert.equal(planned({ stream: { variableFrameRate: true } }).frames, undefined);
  });

  it('is said in the words of the dialect', () => {
    const dialect = dialects['ffmpeg-4.4'];
    assert.deepEqual(planned({ dialect }).argv, ['-vsync', 'cfr']);
    const variable = planned({ dialect, stream: { variableFrameRate: true } });
    assert.deepEqual(variable.argv, ['-vsync', 'vfr', '-enc_time_base:v', '-1']);
  });

  it('is none for a still, and low for an animation without a wish', () => {
    const still = planned({ kind: 'still', codec: 'mjpeg', video: { maxFrameRate: 10 } });
    assert.deepEqual([still.argv, still.frames], [[], 1]);
    assert.doesNotMatch(still.filters, /fps/u);
    const gif = { kind: 'animation', codec: 'gif', encoderPixelFormat: 'pal8' } as const;
    assert.match(planned(gif).filters, /^fps=fps=25\/2|^fps=fps=12\b/u);
    assert.match(planned({ ...gif, video: { frameRate: 100 } }).filters, /^fps=fps=50,/u);
    assert.equal(planned(gif).width, 480);
    assert.equal(planned({ ...gif, video: { maxHeight: 720 } }).width, 1280);
  });
});

describe('fields of the picture', () => {
  it('are put together where the source is marked as interlaced', () => {
    const filters = (stream: Partial<ProbeStream>, video: VideoPreset = {}) =>
      planned({ stream, video }).filters;
    const marked = 'bwdif=mode=send_frame:parity=auto:deint=interlaced';
    assert.equal(filters({ fieldOrder: 'tt' }), marked);
    assert.equal(filters({ fieldOrder: 'progressive', interlacedFrames: true }), marked);
    assert.equal(filters({ codec: 'dvvideo' }), marked);
    assert.equal(filters({ codec: 'dvvideo', interlacedFrames: false }), '');
    assert.equal(filters({ fieldOrder: 'progressive' }), '');
    assert.equal(filters({}), '');
    assert.equal(filters({}, { deinterlace: 'always' }), marked.replace('interlaced', 'all'));
    assert.equal(filters({ fieldOrder: 'tt' }, { deinterlace: 'never' }), '');
  });

  it('stay with a word where they are not to be touched', () => {
    const { notes } = planned({ stream: { fieldOrder: 'bb' }, video: { deinterlace: 'never' } });
    assert.match(notes[0]?.message ?? '', /combs/u);
  });

  it('become film again at 29.97, and at no other rate', () => {
    const video = { deinterlace: 'detelecine' } as const;
    const film = planned({ stream: { frameRate: 30_000 / 1001, duration: 10.01 }, video });
    assert.deepEqual(filterOrder(film), ['fieldmatch', 'yadif', 'decimate']);
    assert.ok(Math.abs((film.frameRate ?? 0) - 24_000 / 1001) < 1e-9);
    assert.deepEqual([film.frames, film.segmentSafe.safe], [240, 'no']);
    const pal = planned({ video });
    assert.equal(pal.filters, '');
    assert.match(pal.notes[0]?.message ?? '', /29\.97.*25/u);
  });

  it('are yadif’s business where bwdif is missing', () => {
    const full = dialects['ffmpeg-8'];
    const dialect = { ...full, filters: full.filters.filter((name) => name !== 'bwdif') };
    assert.match(planned({ dialect, video: { deinterlace: 'always' } }).filters, /^yadif=/u);
  });
});

describe('order of the picture’s filters', () => {
  it('is that of planPicture’s list', () => {
    const picture = planned({
      stream: { fieldOrder: 'tt', frameRate: 50, width: 1920, height: 1080, pixelFormat: 'yuvj420p' },
      video: {
        ...{ maxFrameRate: 30, crop: { top: 20 }, denoise: 'light', rotate: 90, maxHeight: 480 },
        ...{ sharpen: 'light', brightness: 0.1, lut: 'look.cube' },
        ...{ watermark: { file: 'logo.png' }, burnSubtitles: { file: 'words.srt' } },
      },
    });
    assert.deepEqual(filterOrder(picture), [
      ...['bwdif', 'fps', 'crop', 'hqdn3d', 'transpose', 'scale', 'setsar'],
      ...['scale', 'format', 'setparams', 'unsharp', 'lutyuv'],
      ...['scale', 'format', 'lut3d', 'scale', 'format', 'setparams', 'ass'],
      ...['movie', 'scale', 'format', 'scale', 'format', 'setparams', 'overlay'],
    ]);
    assert.deepEqual(
      picture.files.map(({ name }) => name),
      ['lut.cube', 'given.srt', 'subtitles.ass', 'watermark.png'],
    );
    assert.deepEqual(picture.segmentSafe, { safe: 'preroll', seconds: 2 });
  });

  it('converts colour before the picture grows, and after it shrinks', () => {
    const full = { pixelFormat: 'yuvj420p' };
    const grown = planned({ stream: full, video: { width: 1920, enlarge: true } });
    assert.deepEqual(filterOrder(grown), ['scale', 'format', 'setparams', 'scale', 'setsar']);
    assert.match(grown.filters, /^scale=in_range=pc/u);
    assert.match(planned({ stream: full, video: { maxWidth: 640 } }).filters, /^scale=w=640/u);
  });

  it('has no character that a shell or a filter would take for more than itself (property)', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const strength = fc.constantFrom('light', 'medium', 'strong');
    const wishes = fc.record(
      {
        brightness: number(-1, 1),
        contrast: number(0, 3),
        saturation: number(0, 3),
        denoise: strength,
        sharpen: strength,
        frameRate: number(1, 240),
        watermark: fc.record({
          file: fc.constant("a'b:c,d;[e].png"),
          opacity: number(0, 1),
          width: number(1, 100),
        }),
        burnSubtitles: fc.record({ file: fc.constant("x'y\\:z.srt") }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(wishes, number(0, 5), (video, start) => {
        const picture = planned({ video: video, span: { start } });
        assert.match(picture.filters, /^[\w.+\-/*(),<>|% =:;'[\]]*$/u);
        assert.doesNotMatch(picture.filters, /a'b|x'y|e[+-]?\d+[,:)\]]/u);
      }),
    );
  });
});

describe('a filter that this ffmpeg lacks', () => {
  const without = (...names: string[]) => {
    const full = dialects['ffmpeg-8'];
    return { ...full, filters: full.filters.filter((name) => !names.includes(name)) };
  };

  it('is refused at the field that needs it', () => {
    const table: [string, VideoPreset, string[]][] = [
      ['ass', { burnSubtitles: { file: 'a.srt' } }, ['burnSubtitles']],
      ['lut3d', { lut: 'a.cube' }, ['lut']],
      ['decimate', { deinterlace: 'detelecine' }, ['deinterlace']],
      ['transpose', { rotate: 90 }, ['rotate']],
      ['movie', { watermark: { file: 'a.png' } }, ['watermark']],
    ];
    for (const [name, video, path] of table) {
      const problem = refused({ dialect: without(name), stream: { frameRate: 29.97 }, video });
      assert.deepEqual([problem.code, problem.path], ['ffmpeg-lacks', path], name);
      assert.ok(problem.message.includes(name));
    }
  });

  it('is refused too where it is listed and its trial failed, with what ffmpeg said', () => {
    const full = dialects['ffmpeg-8'];
    const dialect = { ...full, features: [], refusals: { libass: 'No fonts' } };
    const problem = refused({ dialect, video: { burnSubtitles: { file: 'a.srt' } } });
    assert.equal(problem.code, 'ffmpeg-lacks');
    assert.match(problem.message, /cannot run \(No fonts\)/u);
  });

  it('has a stand-in where there is one', () => {
    const { filters } = planned({ dialect: without('hqdn3d'), video: { denoise: 'medium' } });
    assert.equal(filters, 'nlmeans=s=3');
  });
});

describe('a watermark', () => {
  const mark = (watermark: VideoPreset['watermark'], fields: PictureCase = {}) =>
    planned({ ...fields, video: { ...fields.video, watermark } });

  it('has a name of ours, its own demuxer, a part of the width, a corner and an opacity', () => {
    const { filters, files } = mark({
      file: 'logos/mine.JPEG',
      position: 'top-left',
      width: 20,
      opacity: 0.5,
    });
    assert.match(filters, /movie=filename=watermark\.jpg:format_name=jpeg_pipe,scale=w=256:/u);
    assert.match(filters, /colorchannelmixer=aa=0\.5/u);
    assert.match(filters, /overlay=x=14:y=14:eof_action=repeat:format=yuv420$/u);
    assert.deepEqual(files, [
      { name: 'watermark.jpg', asset: 'logos/mine.JPEG', maxBytes: 64 * 1024 * 1024 },
    ]);
  });

  it('is blended in the depth and the sampling of the result', () => {
    const format = (fields: PictureCase) =>
      /overlay=.*format=(\w+)/u.exec(mark({ file: 'a.png' }, fields).filters)?.[1];
    assert.equal(format({ pixelFormat: 'yuv420p10le' }), 'yuv420p10');
    assert.equal(format({ pixelFormat: 'yuv422p' }), 'yuv422');
    assert.equal(format({ pixelFormat: 'yuv444p10le' }), 'yuv422p10');
    const full = dialects['ffmpeg-8'];
    const dialect = { ...full, features: [...full.features, 'overlay-yuv444p10'] };
    assert.equal(format({ dialect, pixelFormat: 'yuv444p10le' }), 'yuv444p10');
  });

  it('is refused where it is no picture, or the picture’s size is unknown', () => {
    assert.deepEqual(refused({ video: { watermark: { file: 'a.svg' } } }).path, ['watermark', 'file']);
    const unknown = { width: undefined, height: undefined };
    const problem = refused({ stream: unknown, video: { watermark: { file: 'a.png' } } });
    assert.deepEqual(problem.path, ['watermark']);
    const box = { width: 640, height: 360, fit: 'pad' } as const;
    assert.match(mark({ file: 'a.png' }, { stream: unknown, video: box }).filters, /scale=w=96:/u);
  });
});

describe('a table of colours', () => {
  it('is a .cube, and sees RGB of the picture’s own matrix', () => {
    assert.deepEqual(refused({ video: { lut: 'a.3dl' } }).path, ['lut']);
    const { filters } = planned({ video: { lut: 'a.cube' } });
    assert.match(
      filters,
      /^scale=in_color_matrix=bt709:in_range=tv:out_range=pc,format=pix_fmts=gbrp12le,lut3d=/u,
    );
  });
});

describe('subtitles in the picture', () => {
  const subtitle = (index: number, codec: string, fields: Partial<ProbeStream> = {}): ProbeStream => ({
    ...{ index, type: 'subtitle', codec, attachedPicture: false, default: false },
    ...fields,
  });
  const others = [
    subtitle(1, 'subrip', { language: 'ger' }),
    subtitle(2, 'ass', { language: 'eng' }),
    subtitle(3, 'hdmv_pgs_subtitle', { language: 'eng', forced: true }),
    subtitle(4, 'dvb_teletext'),
    {
      index: 5,
      type: 'attachment',
      codec: 'ttf',
      fileName: 'A b.TTF',
      attachedPicture: false,
      default: false,
    } as const,
    {
      index: 6,
      type: 'attachment',
      codec: 'none',
      mimeType: 'image/png',
      attachedPicture: false,
      default: false,
    } as const,
  ];
  const burn = (burnSubtitles: VideoPreset['burnSubtitles'], fields: PictureCase = {}) =>
    planned({ others, ...fields, video: { ...fields.video, burnSubtitles } });

  it('are the track of the number, the language or the mark', () => {
    assert.equal(burn({}).burnt, 1);
    assert.equal(burn({ track: 2 }).burnt, 2);
    assert.equal(burn({ language: 'de' }).burnt, 1);
    assert.equal(burn({ language: 'eng', forced: true }).burnt, 3);
  });

  it('are brought out whole, as one kind of text, with the fonts that are attached', () => {
    const { filters, files } = burn({ track: 2 }, { span: { start: 4, duration: 2 } });
    assert.match(filters, /ass=filename=subtitles\.ass:fontsdir=fonts/u);
    const [words, font, ...rest] = files;
    assert.deepEqual([words?.name, font?.name, rest.length], ['subtitles.ass', 'fonts/font-1', 0]);
    assert.ok(words !== undefined && 'extract' in words && font !== undefined && 'extract' in font);
    const argv = words.extract.join(' ');
    assert.ok(argv.includes(`${sourceArguments.join(' ')} -map 0:2 -t 6 -c:s ass`), argv);
    assert.ok(font.extract.includes('-dump_attachment:5'));
  });

  it('have the film’s times where a part is encoded', () => {
    const { filters } = burn({}, { span: { start: 4.5 } });
    assert.equal(
      filters,
      'setpts=expr=PTS+round(4.5/TB),ass=filename=subtitles.ass:fontsdir=fonts,setpts=expr=PTS-round(4.5/TB),fps=fps=25',
    );
    assert.doesNotMatch(burn({}).filters, /setpts/u);
  });

  it('are copied from a file and read by its own demuxer alone', () => {
    const { files } = burn({ file: '${fileBasenameNoExtension}.vtt' });
    const [copy, words] = files;
    assert.deepEqual(copy, {
      ...{ name: 'given.vtt', asset: '${fileBasenameNoExtension}.vtt', maxBytes: 16 * 1024 * 1024 },
    });
    assert.ok(words !== undefined && 'extract' in words);
    assert.ok(
      words.extract.join(' ').includes('-f webvtt -protocol_whitelist file -format_whitelist webvtt'),
    );
  });

  it('are drawn as wide as the picture is seen', () => {
    const wide = { width: 720, height: 576, sampleAspectRatio: 64 / 45 };
    assert.match(burn({}, { stream: wide }).filters, /original_size=1024x576/u);
  });

  it('are laid over it where they are pictures, scaled with the frame they were made for', () => {
    const picture = burn({ track: 3 }, { video: { crop: { top: 100, bottom: 100 }, maxHeight: 260 } });
    assert.match(picture.overlay?.prepare ?? '', /^scale=w=640:h=360,/u);
    // Their bottom is that of the picture: words from the bar that is cut off are not lost.
    assert.match(picture.overlay?.join ?? '', /^overlay=x=0:y=-100:/u);
    const graph = complexGraph(picture, 0);
    assert.match(
      graph,
      /^\[0:0\]crop=.*\[picture_main\];\[0:3\]scale=.*\[picture_layer\];\[picture_main\]\[picture_layer\]overlay=.*\[picture\]$/u,
    );
    assert.deepEqual(pictureArguments(picture, 0).slice(0, 4), [
      '-filter_complex',
      graph,
      '-map',
      '[picture]',
    ]);
    assert.equal(picture.segmentSafe.safe, 'no');
  });

  it('are refused where there are none, or none that can be drawn', () => {
    const problem = (burnSubtitles: VideoPreset['burnSubtitles'], streams = others) =>
      refused({ others: streams, video: { burnSubtitles } });
    assert.deepEqual(problem({ track: 9 }).path, ['burnSubtitles', 'track']);
    assert.deepEqual(problem({ language: 'fra' }).path, ['burnSubtitles', 'language']);
    assert.equal(problem({}, []).code, 'source-no-stream');
    assert.match(problem({ track: 4 }).message, /dvb_teletext/u);
    assert.deepEqual(problem({ file: 'a.txt' }).path, ['burnSubtitles', 'file']);
  });

  it('that must be forced are none with a word where no track is', () => {
    const picture = burn({ forced: true }, { others: others.slice(0, 2) });
    assert.deepEqual([picture.filters, picture.burnt], ['', undefined]);
    assert.match(picture.notes[0]?.message ?? '', /forced/u);
  });
});

describe('an animation', () => {
  const gif = { kind: 'animation', codec: 'gif', encoderPixelFormat: 'pal8' } as const;

  it('has one palette where its frames fit into memory, and one for each where not', () => {
    assert.match(planned(gif).filters, /palettegen=stats_mode=diff/u);
    assert.match(planned({ ...gif, stream: { duration: 3600 } }).filters, /stats_mode=single.*new=1/u);
  });
});
