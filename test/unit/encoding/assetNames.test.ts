import assert from 'node:assert/strict';
import { assetsNamed } from '../../../src/encoding/assetNames.ts';

describe('files that a preset names', () => {
  const named = (asset: string, path: string) => {
    const [file] = assetsNamed([{ name: 'given.srt', asset, maxBytes: 1 }], path);
    return file && 'asset' in file ? file.asset : undefined;
  };

  it('may be named after the source', () => {
    assert.equal(named('subs/${fileBasenameNoExtension}.de.srt', '/films/a.b.mkv'), 'subs/a.b.de.srt');
    assert.equal(named('${fileBasename}.srt', String.raw`C:\films\a.mkv`), 'a.mkv.srt');
  });

  it('take a name as it is', () => {
    assert.equal(named('${fileBasenameNoExtension}.srt', '/films/$&$1.mkv'), '$&$1.srt');
    assert.equal(named('other.srt', '/films/a.mkv'), 'other.srt');
  });
});
