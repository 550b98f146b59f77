import assert from 'node:assert/strict';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import type { AudioPreset, SubtitlesPreset } from '../../../src/encoding/presetTracks.ts';
import { audioEncodersOf, checkSound, checkSubtitles } from '../../../src/encoding/soundCheck.ts';

const sound = (audio: AudioPreset, container: OutputPreset['container'] = 'mp4') =>
  checkSound({ container, audio });
const words = (subtitles: SubtitlesPreset, container: OutputPreset['container']) =>
  checkSubtitles({ container, subtitles });

function refusedAt(outcome: ReturnType<typeof checkSound>, path: string, message: RegExp): void {
  assert.ok(!outcome.ok, 'it is taken');
  assert.equal(outcome.problem.path?.join('.'), path);
  assert.match(outcome.problem.message, message);
}

describe('the sound of a preset', () => {
  it('what ffmpeg would refuse is refused at its field', () => {
    refusedAt(sound({ encoder: 'libopus' }), 'audio.encoder', /mp4 cannot hold opus, which libopus makes/u);
    refusedAt(sound({ encoder: 'aac' }, 'gif'), 'audio.encoder', /gif holds no sound/u);
    refusedAt(
      sound({ encoder: 'libmp3lame', bitrate: '500k' }),
      'audio.bitrate',
      /from 32k to 320k, not 500k/u,
    );
    refusedAt(sound({ encoder: 'ac3', bitrate: '1M' }), 'audio.bitrate', /640k/u);
    refusedAt(
      sound({ encoder: 'libopus', sampleRate: 44_100 }, 'webm'),
      'audio.sampleRate',
      /libopus takes no 44100/u,
    );
    refusedAt(
      sound({
        encoder: 'aac',
        tracks: [{ when: { number: 1 }, do: 'encode', encoder: 'flac' }, { do: 'drop' }],
      }),
      'audio.tracks.0.encoder',
      /cannot hold flac/u,
    );
    refusedAt(
      sound({ encoder: 'aac', tracks: [{ do: 'encode', bitrate: '20M' }] }),
      'audio.tracks.0.bitrate',
      /not 20M/u,
    );
  });

  it('what would have no effect is refused at its field', () => {
    refusedAt(
      sound({ tracks: [{ do: 'copy', maxChannels: 2 }] }),
      'audio.tracks.0.maxChannels',
      /"do": "copy" encodes nothing/u,
    );
    refusedAt(
      sound({ encoder: 'aac', tracks: [{ do: 'keep' }, { when: { number: 1 }, do: 'drop' }] }),
      'audio.tracks.1',
      /Rule 1 takes every track/u,
    );
  });

  it('what ffmpeg takes is taken', () => {
    assert.ok(sound({ encoder: 'aac', bitrate: '160k', maxChannels: 8, sampleRate: 96_000 }).ok);
    // Inherited by an encoder without loss.
    assert.ok(sound({ encoder: 'flac', bitrate: '160k' }, 'mkv').ok);
    // The encoder of the audio part is not used at all.
    assert.ok(sound({ encoder: 'libopus', tracks: [{ do: 'copy' }] }).ok);
    assert.ok(checkSound({ container: 'gif', audio: false }).ok);
  });

  it('every encoder that may be used is named once', () => {
    const audio: AudioPreset = {
      encoder: 'aac',
      tracks: [
        { when: { number: 1 }, do: 'encode', encoder: 'ac3' },
        { when: { number: 2 }, do: 'encode', encoder: 'ac3' },
        { do: 'keep' },
      ],
    };
    assert.deepEqual(audioEncodersOf({ container: 'mkv', audio }), ['aac', 'ac3']);
    assert.deepEqual(
      audioEncodersOf({ container: 'mkv', audio: { encoder: 'aac', tracks: [{ do: 'copy' }] } }),
      [],
    );
    assert.deepEqual(audioEncodersOf({ container: 'webm', audio: {} }), ['libopus']);
    assert.deepEqual(audioEncodersOf({ container: 'webm', audio: false }), []);
  });
});

describe('the subtitles of a preset', () => {
  it('that a container cannot hold at all are refused at their field', () => {
    refusedAt(words({ tracks: 'all' }, 'mp3'), 'subtitles.tracks', /mp3 holds no subtitles/u);
    refusedAt(words({ tracks: [{ do: 'keep' }] }, 'flac'), 'subtitles.tracks', /flac holds no subtitles/u);
    assert.ok(words({ tracks: [{ do: 'drop' }] }, 'flac').ok);
    assert.ok(words({ tracks: 'possible' }, 'mp3').ok);
    assert.ok(words({ tracks: 'all' }, 'mp4').ok);
  });

  it('rules behind one for all tracks are refused', () => {
    refusedAt(
      words({ tracks: [{ do: 'keep' }, { when: { number: 1 }, do: 'drop' }] }, 'mkv'),
      'subtitles.tracks.1',
      /Rule 1 takes every track/u,
    );
  });
});
