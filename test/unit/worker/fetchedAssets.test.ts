import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { OfferedAsset } from '../../../src/protocol/offers.ts';
import { asAsset, bringFetched, chooseAssets } from '../../../src/worker/fetchedAssets.ts';

describe('files that a preset names, offered by another machine', () => {
  const payload = {
    preset: { container: 'mp4' as const, video: { watermark: { file: 'logo.png' }, lut: 'look.cube' } },
    outputs: [{ index: 0, path: '/films/clip.mp4' }],
  };
  const offer = (asset: string, bytes = 10): OfferedAsset => ({
    ...{ asset, bytes, modified: '1', changed: '1', ticket: 'T'.repeat(43) },
    identity: { device: '1', inode: '2' },
  });
  const error = { code: 'asset-unusable', message: 'There is no look.cube.' } as const;

  it('are fetched where the preset names them, and nothing else is', () => {
    const { wanted, refused } = chooseAssets(payload, [
      offer('look.cube'),
      offer('other.png'),
      offer('logo.png'),
    ]);
    assert.deepEqual(
      wanted.map(({ path }) => path),
      ['logo.png', 'look.cube'],
    );
    assert.equal(refused.size, 0);
  });

  it('are not fetched where they are refused, missing, or larger than they may be; who needs them is told', async () => {
    const tooMuch = 64 * 1024 * 1024 + 1;
    const large = chooseAssets(payload, [offer('logo.png', tooMuch), { asset: 'look.cube', error }]);
    assert.deepEqual(large.wanted, []);
    const bring = bringFetched(new Map(), large);
    await assert.rejects(bring({ asset: 'look.cube', maxBytes: 1 }, 'lut.cube'), error);
    await assert.rejects(bring({ asset: 'logo.png', maxBytes: 1 }, 'watermark.png'), /is larger than 67 MB/);
    const { refused } = chooseAssets(payload, []);
    assert.deepEqual([...refused.keys()], ['logo.png', 'look.cube']);
  });

  it('are told apart from the source when they change', async () => {
    const changed = Promise.reject(new DffmpegError('source-changed', '/films/logo.png changed.'));
    await assert.rejects(asAsset('logo.png', changed), {
      code: 'asset-unusable',
      message: /^logo\.png changed/,
    });
    const other = new DffmpegError('cancelled', 'The job was cancelled.');
    await assert.rejects(asAsset('logo.png', Promise.reject(other)), other);
  });
});
