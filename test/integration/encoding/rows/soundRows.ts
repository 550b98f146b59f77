import assert from 'node:assert/strict';
import { about } from '../../../media/match.ts';
import { loudnessOf, notesOf } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';

const film = { codec_name: 'h264' };
const cover = { codec_type: 'video', codec_name: 'png', disposition: { attached_pic: 1 } };

export const soundRows: readonly Row[] = [
  {
    title: 'web of a film without sound has none',
    from: 'no-sound',
    preset: quick('web'),
    result: { streams: [film] },
  },
  {
    title: 'a preset for sound refuses a film without any',
    from: 'no-sound',
    preset: { extends: 'audio' },
    refused: { says: /no sound to encode/u },
  },
  {
    title: 'a preset for a film refuses sound alone',
    from: 'studio',
    preset: quick('web'),
    refused: { says: /no picture to encode/u },
  },
  {
    title: 'Opus takes 5.1(side) as 5.1, every channel in its place',
    from: 'surround-side',
    preset: { ...quick('web'), container: 'mkv', audio: { encoder: 'libopus', maxChannels: 8 } },
    needs: ['libopus'],
    result: { streams: [film, { codec_name: 'opus', channels: 6, channel_layout: '5.1' }] },
    proof: ({ result }) => hasNotes(result, [220, 330, 440, 550, 660, 770], { except: 3 }),
  },
  {
    title: 'web mixes 5.1 down to stereo',
    from: 'surround-side',
    preset: quick('web'),
    says: [/5\.1\(side\) is mixed down to stereo, as the preset says/u],
    result: { streams: [film, { codec_name: 'aac', channels: 2, channel_layout: 'stereo' }] },
  },
  {
    title: 'AAC has no usual 7.1: aac mixes it into 5.1, and that is said',
    from: 'surround-7.1',
    preset: { extends: 'aac' },
    says: [/7\.1 is mixed down to 5\.1/u],
    result: { streams: [{ codec_name: 'aac', channels: 6, channel_layout: '5.1' }] },
  },
  {
    title: 'opus keeps 7.1',
    from: 'surround-7.1',
    preset: { extends: 'opus' },
    needs: ['libopus'],
    result: { streams: [{ codec_name: 'opus', channels: 8, channel_layout: '7.1' }] },
    proof: ({ result }) => hasNotes(result, [220, 330, 440, 550, 660, 770, 880, 990], { except: 3 }),
  },
  {
    title: 'AC-3 has no 7.1 either',
    from: 'surround-7.1',
    preset: { container: 'mkv', video: false, audio: { encoder: 'ac3' } },
    says: [/7\.1 is mixed down to 5\.1/u],
    result: { streams: [{ codec_name: 'ac3', channels: 6 }] },
  },
  {
    title: 'prores-proxy keeps left and right of a camera as two tracks',
    from: 'two-mono-tracks',
    preset: { extends: 'prores-proxy' },
    result: {
      streams: [
        { codec_name: 'prores' },
        { codec_name: 'pcm_s16le', channels: 1 },
        { codec_name: 'pcm_s16le', channels: 1 },
      ],
    },
    proof: async ({ result }) => {
      await hasNotes(result, [330], { track: 0 });
      await hasNotes(result, [550], { track: 1 });
    },
  },
  {
    title: 'web keeps the first of two tracks, and says how to keep the other',
    from: 'two-mono-tracks',
    preset: quick('web'),
    says: [/Audio track 1 .* is kept, 1 other is left out.*"tracks": "all"/u],
    result: { streams: [film, { codec_name: 'aac', channels: 1 }] },
    proof: ({ result }) => hasNotes(result, [330]),
  },
  {
    title: 'web keeps the track that plays by default, and says what it leaves out',
    from: 'languages',
    preset: quick('web'),
    says: [/Audio track 1 \(ger, flac\) is kept, 2 others are left out/u, /is mixed down to stereo/u],
    result: { streams: [film, { codec_name: 'aac', channels: 2, tags: { language: 'deu' } }] },
  },
  {
    title: 'rules choose by language, drop the commentary and move the default',
    from: 'languages',
    preset: {
      ...quick('web'),
      container: 'mkv',
      audio: {
        encoder: 'aac',
        tracks: [
          { when: { commentary: true }, do: 'drop' },
          { when: { language: ['eng'] }, do: 'encode', default: true, title: 'English, stereo' },
          { do: 'copy' },
        ],
      },
    },
    says: [/1 audio track is left out by a rule/u],
    result: {
      streams: [
        film,
        { codec_name: 'flac', channels: 6, tags: { language: 'ger' }, disposition: { default: 0 } },
        {
          codec_name: 'aac',
          channels: 2,
          tags: { language: 'eng', title: 'English, stereo' },
          disposition: { default: 1 },
        },
      ],
    },
    proof: ({ result }) => hasNotes(result, [330, 330], { track: 1 }),
  },
  {
    title: 'a rule that copies what the container cannot hold is refused at the rule',
    from: 'surround-7.1',
    preset: { container: 'm4a', video: false, audio: { tracks: [{ do: 'copy' }] } },
    refused: { says: /cannot be copied: the container m4a holds no flac/u, at: 'audio.tracks.0.do' },
  },
  {
    title: 'av1 keeps all tracks with their languages, and the commentary as one',
    from: 'languages',
    preset: { ...quick('web'), container: 'mkv', audio: { encoder: 'aac', maxChannels: 8 } },
    result: {
      streams: [
        film,
        { channels: 6, tags: { language: 'ger' }, disposition: { default: 1 } },
        { channels: 2, tags: { language: 'eng' } },
        { tags: { language: 'eng', title: 'Commentary' }, disposition: { comment: 1 } },
      ],
    },
  },
  {
    title: 'mp3 of a telephone’s 8 kHz',
    from: 'telephone',
    preset: { extends: 'mp3' },
    needs: ['libmp3lame'],
    result: { streams: [{ codec_name: 'mp3', channels: 1, sample_rate: '32000' }] },
    proof: ({ result }) => hasNotes(result, [440]),
  },
  {
    title: 'opus of a telephone’s 8 kHz',
    from: 'telephone',
    preset: { extends: 'opus' },
    needs: ['libopus'],
    result: { format: { duration: about(2, 0.03) }, streams: [{ codec_name: 'opus', channels: 1 }] },
    proof: ({ result }) => hasNotes(result, [440]),
  },
  {
    title: 'flac keeps 24 bits at 96 kHz',
    from: 'studio',
    preset: { extends: 'flac' },
    result: { streams: [{ codec_name: 'flac', sample_rate: '96000', bits_per_raw_sample: '24' }] },
  },
  {
    title: 'aac takes 96 kHz down to what is heard, and says so',
    from: 'studio',
    preset: { extends: 'aac' },
    says: [/resampled from 96000 to 48000 Hz/u],
    result: { streams: [{ codec_name: 'aac', sample_rate: '48000' }] },
    proof: ({ result }) => hasNotes(result, [440, 440]),
  },
  {
    title: 'samples that AAC puts before the beginning do not add up',
    from: 'priming',
    preset: { extends: 'audio' },
    result: { format: { duration: about(2, 0.03) }, streams: [{ start_time: about(0, 0.001) }] },
  },
  {
    title: 'sound whose length is a guess becomes a file that knows it',
    from: 'adts',
    preset: { extends: 'audio' },
    result: { format: { duration: about(2, 0.06) } },
  },
  {
    title: 'MP3 that does not say how long it is',
    from: 'mp3-unmarked',
    preset: { extends: 'opus' },
    needs: ['libopus'],
    result: { format: { duration: about(4, 0.1) } },
  },
  {
    title: 'loudness brings the sound to −16 LUFS',
    from: 'telephone',
    preset: { container: 'm4a', video: false, audio: { encoder: 'aac', sampleRate: 48000, loudness: -16 } },
    proof: async ({ result }) => {
      const found = await loudnessOf(result);
      assert.ok(Math.abs(found + 16) <= 1, `it has ${found} LUFS`);
    },
  },
  {
    title: 'audio carries the cover and the title of an MP3 into M4A',
    from: 'cover-mp3',
    preset: { extends: 'audio' },
    result: { format: { tags: { title: 'A tone' } }, streams: [{ codec_name: 'aac' }, cover] },
  },
  {
    title: 'flac carries the cover of an M4A',
    from: 'cover-m4a',
    preset: { extends: 'flac' },
    result: { format: { tags: { title: 'A tone' } }, streams: [{ codec_name: 'flac' }, cover] },
  },
  {
    title: 'mp3 carries the cover of a FLAC',
    from: 'cover-flac',
    preset: { extends: 'mp3' },
    needs: ['libmp3lame'],
    result: { format: { tags: { title: 'A tone' } }, streams: [{ codec_name: 'mp3' }, cover] },
  },
  {
    title: 'opus has no place for a cover, and says so',
    from: 'cover-flac',
    preset: { extends: 'opus' },
    needs: ['libopus'],
    says: [/cover picture is left out/u],
    result: { streams: [{ codec_name: 'opus', tags: { title: 'A tone' } }] },
  },
  {
    title: 'a poster of a song is its cover',
    from: 'cover-mp3',
    preset: { container: 'png' },
    result: { streams: [{ codec_name: 'png', width: 64, height: 64 }] },
  },
];

/**
 * Every channel has its own note. A channel for low frequencies (`except`) has lost the one it was given to encoders that
 * cut them.
 */
async function hasNotes(
  file: string,
  notes: readonly number[],
  { track = 0, except }: { track?: number; except?: number } = {},
): Promise<void> {
  const found = await notesOf(file, track);
  assert.equal(found.length, notes.length);
  for (const [channel, note] of notes.entries())
    if (channel !== except)
      assert.ok(Math.abs(found[channel]! - note) < note * 0.03, `channels are ${String(found)} Hz`);
}
