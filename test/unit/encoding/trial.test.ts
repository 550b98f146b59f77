import assert from 'node:assert/strict';
import { audioEncoders, videoEncoders } from '../../../src/encoding/presetNames.ts';
import type { VideoEncoder } from '../../../src/encoding/presetNames.ts';
import {
  encoderProof,
  encoderTrials,
  trialArguments,
  trialsFingerprint,
} from '../../../src/encoding/trial.ts';
import type { EncoderProof } from '../../../src/encoding/trial.ts';
import { trialOutcome } from '../../../src/encoding/trialOutcome.ts';
import type { TrialRun } from '../../../src/encoding/trialOutcome.ts';
import { videoEncoderTable } from '../../../src/encoding/videoEncoders.ts';

const worked: TrialRun = { code: 0, stderr: '' };
const failed = (stderr: string): TrialRun => ({ code: 1, stderr });

/** The proof by an ffmpeg that answers so, and the runs that it took. */
function prove(encoder: string, answer: (argv: string) => TrialRun, features: string[] = []) {
  const trial = encoderTrials.find((each) => each.encoder === encoder);
  assert.ok(trial, encoder);
  const runs: string[] = [];
  const proof = encoderProof(trial, features);
  let step = proof.next();
  while (step.done !== true) {
    runs.push(step.value.join(' '));
    step = proof.next(trialOutcome(answer(step.value.join(' '))));
  }
  return { ...step.value, runs };
}

function usable({ capability }: EncoderProof) {
  assert.ok(capability.usable, JSON.stringify(capability));
  return capability;
}

describe('the trial of an encoder', () => {
  it('is there for every encoder, with the arguments of a real encode, and writes nothing', () => {
    assert.deepEqual(
      encoderTrials.map(({ encoder }) => encoder),
      [...videoEncoders, ...audioEncoders],
    );
    for (const { encoder, pixelFormats } of encoderTrials) {
      const argv = trialArguments(encoder, pixelFormats.length > 0 ? { pixelFormats } : {}, []);
      assert.deepEqual(argv.slice(-3), ['-f', 'null', '-']);
      assert.equal(argv.filter((each) => each === encoder).length, Math.max(1, pixelFormats.length));
    }
    assert.ok(trialArguments('hevc_nvenc', { pixelFormats: ['yuv420p10le'] }, []).includes('p010le'));
  });

  it('takes one run in software where all formats work', () => {
    const proof = prove('libx265', () => worked);
    assert.equal(proof.runs.length, 1);
    assert.deepEqual(usable(proof).pixelFormats, Object.keys(videoEncoderTable.libx265.pixelFormats));
    assert.equal(usable(proof).refusals, undefined);
    assert.equal(proof.holds, 'binary');
  });

  it('keeps what ffmpeg said of each format that failed', () => {
    const proof = prove('libx264', (argv) =>
      argv.includes('10le') ? failed('[libx264 @ 0x1] no 10-bit here\nConversion failed!') : worked,
    );
    assert.deepEqual(usable(proof).pixelFormats, ['yuv420p', 'yuv422p', 'yuv444p']);
    assert.deepEqual(usable(proof).refusals, {
      yuv420p10le: '[libx264 @ 0x1] no 10-bit here',
      yuv422p10le: '[libx264 @ 0x1] no 10-bit here',
      yuv444p10le: '[libx264 @ 0x1] no 10-bit here',
    });
  });

  it('takes a format that ffmpeg changed in silence for one that failed', () => {
    const changed =
      "Incompatible pixel format 'yuv420p10le' for codec 'libsvtav1', auto-selecting format 'yuv420p'";
    const proof = prove('libsvtav1', (argv) => ({ code: 0, stderr: argv.includes('10le') ? changed : '' }));
    assert.deepEqual(usable(proof).pixelFormats, ['yuv420p']);
    assert.deepEqual(usable(proof).refusals, { yuv420p10le: changed });
  });

  it('asks once for an encoder that is not compiled in, and knows that for good', () => {
    for (const stderr of [
      "Unknown encoder 'libx264'",
      "Unrecognized option 'preset:v:0'.\nError splitting the argument list",
    ]) {
      const proof = prove('libx264', () => failed(stderr));
      assert.equal(proof.runs.length, 1);
      assert.equal(proof.holds, 'binary');
      assert.ok(!proof.capability.usable && proof.capability.refusal.includes('libx264'));
    }
  });

  it('is no finding when it was cut short', () => {
    for (const run of [
      { code: null, stderr: '', signal: 'SIGKILL' },
      { code: null, stderr: '', failedToStart: 'EAGAIN' },
    ])
      assert.equal(prove('aac', () => run).holds, 'moment');
    assert.equal(prove('aac', () => ({ code: 0, stderr: '', timedOut: true })).holds, 'while');
    const half = prove('libx264', (argv) => {
      if (argv.split('-map').length > 2) return failed('no');
      return argv.includes('yuv444p') ? { code: null, stderr: '', signal: 'SIGKILL' } : worked;
    });
    assert.equal(half.holds, 'moment');
  });

  describe('in hardware', () => {
    const size = (argv: string): number => Number(/size=(\d+)x/u.exec(argv)?.[1]);

    it('tries B-frames and sizes, and names the largest that worked', () => {
      const proof = prove('h264_nvenc', (argv) => {
        if (argv.includes('-bf')) return failed('[h264_nvenc @ 0x1] B frames not supported');
        return size(argv) > 4096 ? failed('[h264_nvenc @ 0x1] Width 7680 exceeds 4096') : worked;
      });
      assert.deepEqual(proof.capability, {
        usable: true,
        pixelFormats: ['yuv420p', 'yuv444p'],
        bFrames: false,
        maxSize: [4096, 2160],
        refusals: {
          'b-frames': '[h264_nvenc @ 0x1] B frames not supported',
          '7680x4320': '[h264_nvenc @ 0x1] Width 7680 exceeds 4096',
        },
      });
      const unbounded = usable(prove('hevc_qsv', () => worked));
      assert.equal(unbounded.maxSize, undefined);
      assert.equal(unbounded.bFrames, true);
    });

    it('finds out that a chip holds a bit rate alone', () => {
      const refused = '[h264_videotoolbox @ 0x1] -q:v qscale not available for encoder.';
      const proof = prove('h264_videotoolbox', (argv) => (argv.includes('-q:v') ? failed(refused) : worked));
      assert.deepEqual(usable(proof).refusals, { crf: refused });
    });

    it('asks no further where there is none', () => {
      const proof = prove('hevc_nvenc', () => failed('[hevc_nvenc @ 0x1] Cannot load libcuda.so.1'));
      assert.equal(proof.runs.length, 2);
      assert.deepEqual(proof.capability, {
        usable: false,
        refusal: '[hevc_nvenc @ 0x1] Cannot load libcuda.so.1',
      });
      assert.equal(proof.holds, 'process');
    });
  });

  it('speaks to SVT-AV1 as the dialect says', () => {
    const argv = (features: string[]) => prove('libsvtav1', () => worked, features).runs[0] ?? '';
    assert.match(argv(['svtav1-crf', 'svtav1-params']), /-crf:v:0 35 .*-svtav1-params:v:0 tune=0/u);
    assert.match(argv([]), /-rc:v:0 cqp -qp:v:0 35 /u);
  });

  it('has a fingerprint that changes with the arguments of any encoder', () => {
    const before = trialsFingerprint();
    const entry = videoEncoderTable['libvpx-vp9' satisfies VideoEncoder] as {
      maxCrf: number;
      arguments: unknown;
    };
    const { arguments: own } = entry;
    entry.arguments = () => ['-row-mt:v:0', '0'];
    assert.notEqual(trialsFingerprint(), before);
    entry.arguments = own;
    assert.equal(trialsFingerprint(), before);
  });
});

describe('a refusal', () => {
  it('is the encoder’s own words, not ffmpeg’s that it gave up', () => {
    const stderr = `[hevc_qsv @ 0x1] Error creating a MFX session: -9.
[vost#0:0/hevc_qsv @ 0x2] [enc:hevc_qsv @ 0x3] Error while opening encoder - maybe incorrect parameters.
[vf#0:0 @ 0x4] Task finished with error code: -1313558101 (Unknown error occurred)
[out#0/null @ 0x5] Nothing was written into output file, because at least one of its streams received no packets.
`;
    const outcome = trialOutcome(failed(stderr));
    assert.ok(!outcome.worked);
    assert.equal(outcome.refusal, '[hevc_qsv @ 0x1] Error creating a MFX session: -9.');
  });

  it('says something even where ffmpeg said nothing', () => {
    const outcome = trialOutcome(failed(''));
    assert.ok(!outcome.worked && outcome.refusal.includes('exit code 1'));
  });

  it('covers what ffmpeg passes over with a warning', () => {
    const unused =
      'Codec AVOption crf (Select the quality) specified for output file #0 (-) has not been used for any stream.';
    assert.equal(trialOutcome({ code: 0, stderr: unused }).worked, false);
    assert.equal(trialOutcome({ code: 0, stderr: 'deprecated pixel format used' }).worked, true);
  });
});
