import assert from 'node:assert/strict';
import { previewText } from '../../../src/protocol/previewText.ts';

const question = { source: '/films/a b.mp4', preset: 'web' };

describe('the text of a preview', () => {
  it('has every command ready to paste, and says everything else in comments', () => {
    const text = previewText(
      question,
      [
        {
          applies: true,
          path: '/films/a b.web.mp4',
          files: [{ name: 'lut.cube', from: 'copy', path: '/films/look.cube' }],
          commands: [
            { purpose: 'first-pass', argv: ['/usr/bin/ffmpeg', '-i', 'file:/films/a b.mp4'] },
            { purpose: 'encode', argv: ['/usr/bin/ffmpeg', 'file:result.mp4'] },
          ],
          notes: [{ level: 'note', message: 'The chapters are left out.' }],
        },
        { name: 'tv', applies: false, why: 'The source is not HDR.', files: [], commands: [], notes: [] },
      ],
      'linux',
    );
    const commands = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual(commands, [
      "/usr/bin/ffmpeg -i 'file:/films/a b.mp4'",
      '/usr/bin/ffmpeg file:result.mp4',
    ]);
    for (const said of [/a copy of \/films\/look\.cube/u, /chapters are left out/u, /tv: not made.*not HDR/u])
      assert.match(text, said);
  });

  it('says why an output cannot be made, and what to do', () => {
    const problem = {
      code: 'preset-invalid',
      message: 'The crop leaves nothing.',
      hint: 'Crop less.',
    } as const;
    const text = previewText(
      question,
      [{ applies: true, files: [], commands: [], notes: [], problem }],
      'linux',
    );
    assert.match(text, /Cannot be made: The crop leaves nothing\.\n# Crop less\./u);
  });

  it('keeps what a name or a file holds from becoming a line that a shell would run', () => {
    const text = previewText(
      { source: '/films/a\nrm -rf b.mp4', preset: 'web' },
      [
        {
          applies: true,
          path: '/films/a\nrm -rf b.web.mp4',
          files: [{ name: 'list.txt', from: 'text', text: 'file one\nfile two\n' }],
          commands: [{ purpose: 'encode', argv: ['/usr/bin/ffmpeg', 'file:/films/a\nrm -rf b.mp4'] }],
          notes: [],
        },
      ],
      'linux',
    );
    const commands = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(commands.length, 1);
    assert.match(text, /^# {3}file one\n# {3}file two$/mu);
  });
});
