import assert from 'node:assert/strict';
import fc from 'fast-check';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { fitLayout, layoutNames } from '../../../src/encoding/channelLayouts.ts';
import { audioEncoders } from '../../../src/encoding/presetNames.ts';

const vorbis = Object.values(audioEncoderTable.libopus.layouts);
const stereo = ['mono', 'stereo'];

describe('channel layouts', () => {
  const table: [string, Parameters<typeof fitLayout>, Partial<ReturnType<typeof fitLayout>>][] = [
    [
      'what the encoder takes stays untouched',
      [{ channels: 6, layout: '5.1' }, vorbis, 8],
      { layout: '5.1', filter: '', change: 'kept' },
    ],
    [
      'surround speakers move from the sides to the back, each channel by itself',
      [{ channels: 6, layout: '5.1(side)' }, vorbis, 8],
      { layout: '5.1', filter: 'channelmap=0-FL|1-FR|2-FC|3-LFE|4-BL|5-BR:5.1', change: 'kept' },
    ],
    [
      'from the back to the sides where the back centre has the back',
      [{ channels: 7, layout: '6.1(back)' }, vorbis, 8],
      { layout: '6.1', filter: 'channelmap=0-FL|1-FR|2-FC|3-LFE|4-SL|5-SR|6-BC:6.1', change: 'kept' },
    ],
    [
      'a subwoofer without a centre gets silent channels beside it',
      [{ channels: 3, layout: '2.1' }, vorbis, 8],
      { layout: '5.1', filter: 'aformat=channel_layouts=5.1', change: 'widened' },
    ],
    [
      'speakers that no layout has are mixed where least is lost',
      [{ channels: 8, layout: '7.1(wide)' }, vorbis, 8],
      { layout: '5.1', filter: 'aformat=channel_layouts=5.1', change: 'mixed' },
    ],
    [
      'the subwoofer outlives the mixing of a back centre',
      [{ channels: 5, layout: '4.1' }, vorbis, 6],
      { layout: '5.1', change: 'mixed' },
    ],
    [
      'a limit mixes down',
      [{ channels: 8, layout: '7.1' }, vorbis, 2],
      { layout: 'stereo', change: 'mixed' },
    ],
    [
      'a limit holds for an encoder that takes any layout too',
      [{ channels: 6, layout: '5.1(side)' }, [], 2],
      { layout: 'stereo', filter: 'aformat=channel_layouts=stereo' },
    ],
    [
      'an encoder that takes any layout gets the source’s',
      [{ channels: 4, layout: '3.1' }, [], 8],
      { layout: '3.1', filter: '', change: 'kept' },
    ],
    [
      'two channels that name no layout are stereo',
      [{ channels: 2 }, stereo, 2],
      { layout: 'stereo', filter: 'channelmap=0-FL|1-FR:stereo', change: 'kept' },
    ],
    [
      'six channels that name no layout are taken for 5.1, and that is said',
      [{ channels: 6 }, vorbis, 8],
      { layout: '5.1', change: 'assumed', assumed: '5.1' },
    ],
    [
      'six channels without a layout are named before they are mixed',
      [{ channels: 6 }, stereo, 2],
      {
        layout: 'stereo',
        filter: 'channelmap=0-FL|1-FR|2-FC|3-LFE|4-BL|5-BR:5.1,aformat=channel_layouts=stereo',
      },
    ],
    [
      'of sixteen channels without a layout the first two are kept, and that is said',
      [{ channels: 16 }, vorbis, 8],
      { layout: 'stereo', channels: 2, filter: 'channelmap=0-FL|1-FR:stereo', change: 'cut' },
    ],
    [
      'a track of one left speaker is mono',
      [{ channels: 1, layout: '1 channels (FL)' }, vorbis, 8],
      { layout: 'mono', filter: 'channelmap=0-FC:mono', change: 'kept' },
    ],
    [
      'a list of speakers is read as one',
      [{ channels: 3, layout: '3 channels (FL+FR+LFE)' }, vorbis, 8],
      { layout: '5.1', change: 'widened' },
    ],
    [
      'half a pair is no room that ffmpeg could mix',
      [{ channels: 2, layout: '2 channels (FL+LFE)' }, vorbis, 8],
      { layout: 'stereo', filter: 'channelmap=0-FL|1-FR:stereo' },
    ],
    [
      'the first of ambisonic channels is all of the sound',
      [{ channels: 4, layout: 'ambisonic 1' }, vorbis, 8],
      { layout: 'mono', filter: 'channelmap=0-FC:mono' },
    ],
  ];
  for (const [title, input, expected] of table)
    it(title, () => {
      const fit = fitLayout(...input);
      assert.deepEqual({ ...fit, ...expected }, fit);
    });

  const source = fc.oneof(
    fc.constantFrom(...layoutNames).map((layout) => ({ layout, channels: channelsOf(layout) })),
    fc.integer({ min: 1, max: 64 }).map((channels) => ({ channels, layout: undefined })),
    fc.record({ channels: fc.integer({ min: 1, max: 64 }), layout: fc.string() }),
  );

  it('any source gets a layout that any encoder takes, within any limit', () => {
    fc.assert(
      fc.property(
        source,
        fc.constantFrom(...audioEncoders),
        fc.integer({ min: 1, max: 8 }),
        (from, encoder, limit) => {
          const { layouts, maxChannels } = audioEncoderTable[encoder];
          const taken = Object.values(layouts);
          const fit = fitLayout(from, taken, Math.min(limit, maxChannels));
          assert.ok(fit.channels <= limit && fit.channels <= maxChannels);
          if (taken.length > 0) {
            assert.ok(taken.includes(fit.layout ?? ''), `${encoder} takes no ${fit.layout}`);
            assert.equal(channelsOf(fit.layout ?? ''), fit.channels);
          }
          assert.equal(
            fit.filter === '',
            taken.length > 0 ? fit.layout === from.layout : from.channels <= limit,
          );
        },
      ),
    );
  });

  it('no channel is mixed or lost where a layout has a place for each', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layoutNames), (layout) => {
        const fit = fitLayout({ layout, channels: channelsOf(layout) }, layoutNames, 8);
        assert.equal(fit.change, 'kept');
      }),
    );
  });
});

/** Number of channels that ffmpeg’s name of a layout stands for. */
function channelsOf(layout: string): number {
  const words: Record<string, number> = {
    ...{ mono: 1, stereo: 2, downmix: 2, quad: 4, 'quad(side)': 4, hexagonal: 6, octagonal: 8 },
  };
  const [main = '', low = ''] = layout.replace(/\(.*/u, '').split('.');
  return words[layout] ?? Number(main) + Number(low);
}
