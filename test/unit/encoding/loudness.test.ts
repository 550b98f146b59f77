import assert from 'node:assert/strict';
import {
  isSilent,
  measuringFilter,
  normalizingFilter,
  readLoudness,
} from '../../../src/encoding/loudness.ts';

const printed = (values: Record<string, string>): string => `
[Parsed_loudnorm_0 @ 0x5581] 
{
	"input_i" : "${values.i ?? '-27.61'}",
	"input_tp" : "${values.tp ?? '-12.47'}",
	"input_lra" : "${values.lra ?? '18.06'}",
	"input_thresh" : "${values.thresh ?? '-39.20'}",
	"output_i" : "-16.58",
	"output_tp" : "-1.50",
	"output_lra" : "14.78",
	"output_thresh" : "-27.71",
	"normalization_type" : "dynamic",
	"target_offset" : "${values.offset ?? '0.58'}"
}
size=N/A time=00:00:10.00 bitrate=N/A speed= 123x
`;

describe('loudness', () => {
  it('is read from what loudnorm prints, whatever stands around it', () => {
    assert.deepEqual(readLoudness(`Input #0, mov\n${printed({})}[null @ 0x1] done\n`), {
      inputI: -27.61,
      inputTp: -12.47,
      inputLra: 18.06,
      inputThresh: -39.2,
      targetOffset: 0.58,
    });
  });

  it('is missing where nothing was printed', () => {
    assert.equal(readLoudness('Error while decoding stream #0:1\n'), undefined);
    assert.equal(readLoudness(printed({}).replace('input_tp', 'x')), undefined);
  });

  it('of silence is silence, in numbers that JSON has', () => {
    const silence = readLoudness(
      printed({ i: '-inf', tp: '-inf', lra: '0.00', thresh: '-70.00', offset: 'inf' }),
    );
    assert.ok(silence && isSilent(silence));
    assert.deepEqual(JSON.parse(JSON.stringify(silence)), silence);
    const quiet = readLoudness(printed({ i: '-55.20' }));
    assert.ok(quiet && !isSilent(quiet));
  });

  it('is changed by one gain where the peaks have room, at any range', () => {
    const measured = { inputI: -24, inputTp: -10, inputLra: 25, inputThresh: -35, targetOffset: 0 };
    assert.equal(normalizingFilter(-16, measured), 'volume=8.00dB');
    assert.equal(normalizingFilter(-30, measured), 'volume=-6.00dB');
  });

  it('follows the sound where one gain would clip, within loudnorm’s scales', () => {
    const measured = { inputI: -24, inputTp: -3, inputLra: 25, inputThresh: -35, targetOffset: 0.3 };
    assert.equal(
      normalizingFilter(-16, measured),
      'loudnorm=I=-16:TP=-1.5:LRA=20:measured_I=-24:measured_TP=-3:measured_LRA=25:measured_thresh=-35:offset=0.3',
    );
    assert.match(normalizingFilter(-16, { ...measured, inputLra: 0 }), /:LRA=11:.*:measured_LRA=0\.1:/u);
  });

  it('is measured with the goal that it is to reach', () => {
    assert.equal(measuringFilter(-23), 'loudnorm=I=-23:TP=-1.5:LRA=11:print_format=json');
  });
});
