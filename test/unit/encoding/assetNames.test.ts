import assert from 'node:assert/strict';
import { assetNamed } from '../../../src/encoding/assetNames.ts';

describe('files that a preset names', () => {
  it('may be named after the source', () => {
    assert.equal(assetNamed('subs/${fileBasenameNoExtension}.de.srt', '/films/a.b.mkv'), 'subs/a.b.de.srt');
    assert.equal(assetNamed('${fileBasename}.srt', String.raw`C:\films\a.mkv`), 'a.mkv.srt');
  });

  it('take a name as it is', () => {
    assert.equal(assetNamed('${fileBasenameNoExtension}.srt', '/films/$&$1.mkv'), '$&$1.srt');
    assert.equal(assetNamed('other.srt', '/films/a.mkv'), 'other.srt');
  });
});
