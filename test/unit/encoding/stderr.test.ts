import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainFailure, failureRules } from '../../../src/encoding/failure.ts';
import { createStderrReader } from '../../../src/encoding/stderr.ts';
import { errorCodes } from '../../../src/protocol/errors.ts';

/** As ffmpeg 5.1 and 7.0 wrote it. */
const damaged = `[mov,mp4,m4a,3gp,3g2,mj2 @ 0x56045b5de500] [warning] Packet corrupt (stream = 0, dts = 18944).
[NULL @ 0x56045b5e7a40] [error] Invalid NAL unit size (3709 > 553).
[ipod @ 0x5571a81cbd80] [warning] Warning, extension is not .m4a nor .m4v Quicktime/Ipod might not play the file
[h264 @ 0x55cc] [error] error while decoding MB 12 10
    Last message repeated 3 times
[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5] [error] stream 1, offset 0x23a98: partial file
`;

describe('standard error', () => {
  it('counts damage, repeats included, and notices a source that ends early', () => {
    const reader = createStderrReader();
    reader.push(damaged);
    const { damage, truncated, tail } = reader.summary();
    assert.equal(damage, 7);
    assert.equal(truncated, true);
    assert.equal(tail.length, 6);
  });

  it('tells a source that cannot be read from one that ends early', () => {
    const read = (text: string): boolean => {
      const reader = createStderrReader();
      reader.push(text);
      return reader.summary().unreadable;
    };
    assert.equal(read(damaged), false);
    // As ffmpeg 5.1 wrote it, and then ended with 0.
    assert.equal(read(`${damaged}/films/bad.mov: Input/output error\n`), true);
    assert.equal(read('[in#0/mov @ 0x1] [error] Error during demuxing: Input/output error\n'), true);
    assert.equal(read('file:/films/bad.mov: Stale file handle'), true);
  });

  it('notices tracks that ffmpeg meets only while it runs', () => {
    const reader = createStderrReader();
    reader.push('[mpeg @ 0x1] [warning] New subtitle stream 0:2 at pos:7547448 and DTS:12.1393s\n');
    // As ffmpeg 7 writes it.
    reader.push(
      '[in#0/mpeg @ 0x1] [warning] New audio stream with index 3 at pos:7547448 and DTS:12.1393s\n',
    );
    reader.push('[warning] New data stream 0:4 at pos:7547448 and DTS:12.1393s');
    assert.deepEqual(reader.summary().lateTracks, ['audio', 'subtitle']);
  });

  it('does not take warnings about anything else for damage', () => {
    const reader = createStderrReader();
    reader.push('[libopus @ 0x1] [warning] No bit rate set. Defaulting to 96000 bps.\nSvt[info]: ---\n');
    assert.equal(reader.summary().damage, 0);
  });

  it('counts the same whatever the chunks (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: damaged.length })), (cuts) => {
        const reader = createStderrReader();
        const at = [0, ...cuts.toSorted((a, b) => a - b), damaged.length];
        for (let i = 1; i < at.length; i += 1) reader.push(damaged.slice(at[i - 1], at[i]));
        assert.equal(reader.summary().damage, 7);
      }),
    );
  });
});

describe('the sentence for a failure', () => {
  const output = '/out/.dffmpeg-1.part';
  const table: [string, string][] = [
    ['file:/in.mp4: No such file or directory', 'source-missing'],
    ['file:/in.mp4: Permission denied', 'source-unreadable'],
    [`file:${output}: Permission denied`, 'destination-unwritable'],
    [`file:${output}: No such file or directory`, 'destination-missing'],
    ['[out#0/mp4 @ 0x1] [error] Error opening output: Read-only file system', 'destination-unwritable'],
    ['av_interleaved_write_frame(): No space left on device', 'scratch-full'],
    ['[mov,mp4 @ 0x1] [error] moov atom not found', 'source-damaged'],
    ['file:/in.mp4: Invalid data found when processing input', 'source-not-media'],
    ["[hls @ 0x1] Format not on whitelist 'mov,mp4'", 'source-not-media'],
    ["Unknown encoder 'libx265'", 'encoder-unavailable'],
    ['[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10): (no details)', 'slots-busy'],
    ['[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: incompatible client key (21)', 'slots-busy'],
    ['[h264_videotoolbox @ 0x1] Error: cannot create compression session: -12915', 'slots-busy'],
    ['[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: unsupported device (2)', 'ffmpeg-failed'],
    ["Unrecognized option 'fps_mode'.", 'ffmpeg-failed'],
    ['file:/in.mp4: Input/output error', 'source-unreadable'],
    ['something new', 'ffmpeg-failed'],
  ];
  for (const [line, code] of table)
    it(line, () => {
      assert.equal(explainFailure(['[info] before', line], { output }).code, code);
    });

  it('takes ffmpeg’s own words where none is known', () => {
    assert.equal(
      explainFailure(['[x @ 0x1] [error] Strange thing.']).message,
      'ffmpeg failed: Strange thing.',
    );
    assert.equal(explainFailure([], { program: 'ffprobe' }).message, 'ffprobe failed without saying why.');
  });

  it('prefers the cause to what follows from it', () => {
    const lines = [
      '[mov @ 0x1] [error] moov atom not found',
      'file:/a.mp4: Invalid data found when processing input',
    ];
    assert.equal(explainFailure(lines).code, 'source-damaged');
  });

  it('has codes of the error table alone', () => {
    for (const { code } of failureRules) assert.ok((errorCodes as readonly string[]).includes(code));
  });
});
