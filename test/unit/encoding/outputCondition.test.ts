import assert from 'node:assert/strict';
import { appliesTo } from '../../../src/encoding/outputCondition.ts';
import type { Condition } from '../../../src/encoding/preset.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const video = videoStream({ width: 1920, height: 1080 });
const audio = audioStream({ channels: 6 });
const film = probeOf([video, audio], { duration: 60 });

function why(when: Condition, probe: Probe = film): string | undefined {
  const outcome = appliesTo({ when }, probe);
  return outcome.applies ? undefined : outcome.why;
}

describe('the condition of an output', () => {
  it('that there is not always holds', () => {
    assert.deepEqual(appliesTo({}, film), { applies: true });
    assert.equal(why({}), undefined);
  });

  it('has bounds that are not part of it', () => {
    assert.equal(
      why({ tallerThan: 1079, shorterThan: 1081, longerThan: '0:59', channelsAbove: 5 }),
      undefined,
    );
    assert.match(why({ tallerThan: 1080 }) ?? '', /1080 pixels tall/);
    assert.match(why({ shorterThan: 1080 }) ?? '', /less tall than 1080/);
    assert.match(why({ longerThan: 60 }) ?? '', /lasts 60 seconds/);
    assert.match(why({ channelsAbove: 6 }) ?? '', /6 channels/);
  });

  it('sees the picture as people do: turned upright', () => {
    const turned = { ...film, streams: [{ ...video, rotation: 90 }] };
    assert.equal(why({ tallerThan: 1900 }, turned), undefined);
    assert.match(why({ tallerThan: 1900 }) ?? '', /1080/);
  });

  it('tells HDR by its curve', () => {
    for (const colorTransfer of ['smpte2084', 'arib-std-b67']) {
      const hdr = { ...film, streams: [{ ...video, colorTransfer }] };
      assert.equal(why({ hdr: true }, hdr), undefined);
      assert.match(why({ hdr: false }, hdr) ?? '', /is HDR/);
    }
    assert.match(why({ hdr: true }) ?? '', /not HDR/);
    assert.equal(why({ hdr: false }), undefined);
  });

  it('does not hold for what a source does not have or say', () => {
    const cover = { ...video, attachedPicture: true };
    const sound: Probe = { formatName: 'mp3', bytes: 1, streams: [audio, cover] };
    assert.match(why({ tallerThan: 1 }, sound) ?? '', /no picture/);
    assert.match(why({ shorterThan: 9999 }, sound) ?? '', /no picture/);
    assert.match(why({ longerThan: 1 }, sound) ?? '', /does not say how long/);
    assert.match(why({ channelsAbove: 0 }, { ...film, streams: [video] }) ?? '', /no sound/);
  });

  it('fails as a whole where one part does', () => {
    assert.match(why({ tallerThan: 100, hdr: true }) ?? '', /not HDR/);
  });
});
