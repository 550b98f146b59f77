import type { FailureCode } from '../../../../src/encoding/failure.ts';

/**
 * Failure (a name in scripts/recordFailures.mjs) → class and sentence. Several, where builds of ffmpeg fail at different
 * things: one has no such encoder, another finds no card for it.
 */
export const failureMeanings: Readonly<Record<string, readonly (readonly [FailureCode, string])[]>> = {
  'source missing': [['source-missing', 'The source is gone.']],
  'source not readable': [['source-unreadable', 'The source may not be read.']],
  'source is a folder': [['source-not-media', 'The source is a folder.']],
  'source is text': [['source-damaged', 'The source is incomplete: its index (the moov atom) is missing.']],
  'source is empty': [['source-damaged', 'The source is incomplete: its index (the moov atom) is missing.']],
  'source without index': [
    ['source-damaged', 'The source is incomplete: its index (the moov atom) is missing.'],
  ],
  'source of zeros': [['source-not-media', 'ffmpeg finds no video or sound in the source that it can read.']],
  'source is a playlist': [
    [
      'source-not-media',
      'The file is a playlist or of another kind that is not opened, because it may name other files.',
    ],
  ],
  'source names another': [
    [
      'source-not-media',
      'The file is a playlist or of another kind that is not opened, because it may name other files.',
    ],
  ],
  'source cut in its header': [
    ['source-unreadable', 'The source could not be read to its end: the disk or the network gave an error.'],
  ],
  'wav of nothing': [['source-not-media', 'ffmpeg finds no video or sound in the source that it can read.']],
  'track gone': [
    ['source-changed', 'The source does not hold the tracks any more that it held when it was probed.'],
  ],
  'picture gone': [
    ['source-changed', 'The source does not hold the tracks any more that it held when it was probed.'],
  ],
  'nothing left': [
    ['source-changed', 'The source does not hold the tracks any more that it held when it was probed.'],
  ],
  'decoder unknown': [['ffmpeg-failed', 'This ffmpeg cannot decode the source.']],
  'result folder missing': [['destination-missing', 'The folder of the result is gone.']],
  'result folder not writable': [['destination-unwritable', 'The result may not be written there.']],
  'result folder read only': [['destination-unwritable', 'The result may not be written there.']],
  'disk full': [['scratch-full', 'The disk is full.']],
  'result there already': [['conflict', 'The temporary file of the result is there already.']],
  'container unknown': [['ffmpeg-lacks', 'This ffmpeg cannot write the preset’s container.']],
  'container cannot hold it': [
    ['preset-invalid', 'The preset’s container cannot hold one of the tracks as the preset makes it.'],
  ],
  'subtitles copied into mp4': [
    ['preset-invalid', 'The preset’s container cannot hold one of the tracks as the preset makes it.'],
  ],
  'subtitles drawn as pictures': [
    ['preset-invalid', 'The preset’s container cannot hold one of the tracks as the preset makes it.'],
  ],
  'encoder unknown': [
    ['encoder-unavailable', 'This ffmpeg does not have the encoder that the preset names.'],
  ],
  'odd size': [
    ['preset-invalid', 'The picture has a size that the preset’s encoder or crop cannot work with.'],
  ],
  'profile of other pixels': [['preset-invalid', 'The encoder does not take a value of the preset.']],
  'speed unknown': [['preset-invalid', 'The encoder does not take a value of the preset.']],
  'tune unknown': [['preset-invalid', 'The encoder does not take a value of the preset.']],
  'parameter unknown': [['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.']],
  'value out of range': [['preset-invalid', 'The encoder does not take a value of the preset.']],
  'channels refused by opus': [
    ['preset-invalid', 'The audio encoder does not take the source’s channels or sample rate.'],
  ],
  'sample rate refused': [
    ['preset-invalid', 'The audio encoder does not take the source’s channels or sample rate.'],
  ],
  'nvidia missing': [
    ['ffmpeg-failed', 'The graphics card cannot be used.'],
    ['encoder-unavailable', 'This ffmpeg does not have the encoder that the preset names.'],
  ],
  'quick sync missing': [
    ['encoder-unavailable', 'This ffmpeg does not have the encoder that the preset names.'],
    ['ffmpeg-failed', 'The graphics card cannot be used.'],
  ],
  'vaapi missing': [
    ['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.'],
    ['ffmpeg-failed', 'The graphics card cannot be used.'],
  ],
  'filter unknown': [['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.']],
  'filter option unknown': [['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.']],
  'crop too large': [
    ['preset-invalid', 'The picture has a size that the preset’s encoder or crop cannot work with.'],
  ],
  'subtitle file missing': [
    ['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.'],
    ['asset-unusable', 'A file that the preset names, its subtitles or its LUT, could not be used.'],
  ],
  'subtitle file broken': [
    ['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.'],
    ['asset-unusable', 'A file that the preset names, its subtitles or its LUT, could not be used.'],
  ],
  'lut missing': [
    ['asset-unusable', 'A file that the preset names, its subtitles or its LUT, could not be used.'],
  ],
  'lut broken': [
    ['asset-unusable', 'A file that the preset names, its subtitles or its LUT, could not be used.'],
  ],
  'colours without a way': [
    ['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.'],
    ['preset-invalid', 'The source does not say its colours well enough to be converted.'],
  ],
  'option unknown': [['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.']],
  'option without value': [['ffmpeg-failed', 'This ffmpeg does not know an option that DFFmpeg uses.']],
  'statistics of the first pass missing': [['ffmpeg-failed', 'The statistics of the first pass are gone.']],
  'memory refused': [['ffmpeg-failed', 'The machine ran out of memory.']],
};
