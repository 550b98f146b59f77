import assert from 'node:assert/strict';
import type { Span } from '../../../src/encoding/planInput.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import type { TraitName } from '../../media/traits.ts';
import { onEachFfmpeg } from './eachFfmpeg.ts';
import { frameAt } from './pictureRun.ts';

/** Words in the picture at the right times and places, from every kind of track. */
onEachFfmpeg('burnt-in subtitles', (bench) => {
  /** Pixels that changed at a time of the film, in the lower half, where words stand. */
  async function changed(
    name: TraitName,
    video: VideoPreset,
    times: readonly number[],
    span: Span = { start: 0 },
  ) {
    const { run, source } = bench();
    const file = await source(name);
    const result = run.render(file, { video, span });
    const area = { y: 120 };
    return times.map((time) =>
      frameAt(result.file, time - span.start, 'gray').differing(frameAt(file, time, 'gray'), 40, area),
    );
  }

  const shown = (counts: readonly number[]) => counts.map((count) => count > 50);

  it('come and go with the track’s times: SubRip, MP4’s text', async () => {
    for (const name of ['srt', 'mov-text'] as const) {
      const counts = await changed(name, { burnSubtitles: { track: 1 } }, [0.4, 0.56, 1.44, 1.6]);
      assert.deepEqual(shown(counts), [false, true, true, false], `${name}: ${counts.join()}`);
    }
  });

  it('do so too where the encode begins before, amid and after them', async () => {
    const video = { burnSubtitles: { language: 'en' } };
    assert.deepEqual(shown(await changed('srt', video, [0.4, 0.56, 1.6], { start: 0.24 })), [
      false,
      true,
      false,
    ]);
    assert.deepEqual(shown(await changed('srt', video, [0.8, 1.4, 1.6], { start: 0.8 })), [
      true,
      true,
      false,
    ]);
    assert.deepEqual(shown(await changed('srt', video, [1.68], { start: 1.6 })), [false]);
    assert.deepEqual(shown(await changed('srt', video, [0.1], { start: 0, duration: 0.3 })), [false]);
    const part = { start: 0.8, duration: 0.4 };
    assert.deepEqual(shown(await changed('srt', video, [0.84, 1.1], part)), [true, true]);
  });

  it('leave the number and the rate of frames alone', async () => {
    const { run, source } = bench();
    const span = { start: 0.8, duration: 0.4 };
    const { stream, picture } = run.render(await source('srt'), { video: { burnSubtitles: {} }, span });
    assert.deepEqual([stream.frameRate, picture.frames], [25, 10]);
    assert.ok(Math.abs((stream.duration ?? 0) - 0.4) < 0.021);
  });

  it('of an ASS track are drawn in the font that is attached', async () => {
    const { run, source } = bench();
    const file = await source('ass');
    const drawn = frameAt(run.render(file, { video: { burnSubtitles: {} } }).file, 1, 'gray');
    // The letter is in that font alone; any other draws a small box, or nothing.
    const pixels = drawn.differing(frameAt(file, 1, 'gray'), 40, { x: 80, y: 60, width: 160, height: 120 });
    const without = frameAt(
      run.render(file, { video: { burnSubtitles: {} }, others: (stream) => stream.type !== 'attachment' })
        .file,
      1,
      'gray',
    );
    assert.ok(pixels > 300, `${pixels} pixels`);
    assert.ok(drawn.differing(without, 40) > 100, 'another font draws something else');
  });

  it('of a file are those of its own times: srt, vtt, ass', async () => {
    const { run } = bench();
    run.write('words.srt', '1\n00:00:00,500 --> 00:00:01,500\nHello, world\n\n');
    run.write('words.vtt', 'WEBVTT\n\n00:00.500 --> 00:01.500\nHello, world\n\n');
    run.write(
      'words.ass',
      '[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:00.50,0:00:01.50,Default,Hello, world\n',
    );
    for (const file of ['words.srt', 'words.vtt', 'words.ass']) {
      const counts = await changed('plain', { burnSubtitles: { file } }, [0.4, 1, 1.6]);
      assert.deepEqual(shown(counts), [false, true, false], `${file}: ${counts.join()}`);
    }
  });

  it('of a file that is something else by another name are refused by ffmpeg, and nothing is opened', async () => {
    const { run, source } = bench();
    const plain = await source('plain');
    run.write('list.srt', `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:${plain}\n#EXT-X-ENDLIST\n`);
    run.write('list.ass', `ffconcat version 1.0\nfile ${plain}\n`);
    for (const file of ['list.srt', 'list.ass'])
      try {
        const { file: result } = run.render(plain, { video: { burnSubtitles: { file } } });
        assert.equal(frameAt(result, 1, 'gray').differing(frameAt(plain, 1, 'gray'), 40), 0);
      } catch (error) {
        assert.match(String(error), /Invalid data|given\.(?:srt|ass)|Could not create a libass track/u);
      }
  });

  it('of a file that is not UTF-8 fail the encode rather than lose words', async () => {
    const { run, source } = bench();
    const plain = await source('plain');
    run.write('latin.srt', Buffer.from('1\n00:00:00,500 --> 00:00:01,500\nGr\u00fc\u00dfe\n\n', 'latin1'));
    assert.throws(() => run.render(plain, { video: { burnSubtitles: { file: 'latin.srt' } } }), /UTF-8/u);
  });

  it('are as narrow as pixels are wide', async () => {
    const { run, source } = bench();
    run.write('long.srt', '1\n00:00:00,000 --> 00:00:02,000\nHHHHHHHHHH\n\n');
    const wide = await source('anamorphic-wide');
    /** Columns between the first and the last that words changed. */
    const width = (stream: object) => {
      const video = { burnSubtitles: { file: 'long.srt' } };
      const drawn = frameAt(run.render(wide, { video, stream }).file, 0.2, 'gray');
      const clean = frameAt(wide, 0.2, 'gray');
      const columns = Array.from({ length: drawn.width }, (_, x) => x).filter(
        (x) => drawn.differing(clean, 60, { x, width: 1, y: 450 }) > 2,
      );
      return columns.at(-1)! - columns[0]!;
    };
    const ratio = width({ sampleAspectRatio: undefined }) / width({});
    assert.ok(Math.abs(ratio - 64 / 45) < 0.12, `${ratio}`);
  });

  for (const name of ['pgs', 'vobsub'] as const) {
    it(`that are pictures lie where they belong: ${name}`, async () => {
      const { run, source } = bench();
      const file = await source(name);
      const { file: result } = run.render(file, { video: { burnSubtitles: {} } });
      const box = { x: 84, y: 194, width: 150, height: 24 };
      const light = [0.12, 0.3, 0.8, 1, 1.2, 1.72, 1.9].map(
        (time) => (frameAt(result, time, 'gray').mean(box)[0] ?? 0) > 240,
      );
      assert.deepEqual(light, [false, true, true, false, true, true, false]);
      assert.equal(frameAt(result, 0.5, 'gray').differing(frameAt(file, 0.5, 'gray'), 2, { height: 180 }), 0);
    });

    it(`that are pictures come at the right times of a part: ${name}`, async () => {
      const { run, source } = bench();
      const { file: result } = run.render(await source(name), {
        video: { burnSubtitles: {} },
        span: { start: 1 },
      });
      const box = { x: 84, y: 194, width: 150, height: 24 };
      const light = [0.04, 0.2, 0.72, 0.9].map(
        (time) => (frameAt(result, time, 'gray').mean(box)[0] ?? 0) > 240,
      );
      assert.deepEqual(light, [false, true, true, false]);
    });
  }

  it('that are pictures move up out of a bar that is cut off, and scale with the picture', async () => {
    const { run, source } = bench();
    const video = { burnSubtitles: {}, crop: { bottom: 60 }, maxHeight: 90 };
    const { file, stream } = run.render(await source('pgs'), { video });
    assert.deepEqual([stream.width, stream.height], [160, 90]);
    // 80 × 16 pixels, 9 above the bottom: as in the whole picture, at half its size.
    const frame = frameAt(file, 0.5, 'gray');
    assert.ok((frame.mean({ x: 44, y: 67, width: 70, height: 12 })[0] ?? 0) > 240);
    assert.ok((frame.mean({ x: 44, y: 83, width: 70, height: 6 })[0] ?? 255) < 200);
  });

  it('that are pictures stand under a watermark, in one graph', async () => {
    const { run, source } = bench();
    run.make('logo.png', ['-f', 'lavfi', '-i', 'color=red:size=64x32:duration=0.04', '-frames:v', '1']);
    const video = { burnSubtitles: {}, watermark: { file: 'logo.png' } };
    const { file } = run.render(await source('pgs'), { video });
    const frame = frameAt(file, 0.5, 'rgb24');
    const [r = 0, g = 255] = frame.at(300, 226);
    assert.ok(r > 230 && g < 30);
    assert.ok((frame.at(160, 205)[1] ?? 0) > 240);
  });
});
