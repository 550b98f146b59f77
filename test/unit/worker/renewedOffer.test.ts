import assert from 'node:assert/strict';
import type { FetchedRange } from '../../../src/files/fileLink.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { OfferedSource } from '../../../src/protocol/offers.ts';
import { RenewedOffer } from '../../../src/worker/renewedOffer.ts';

const { signal } = new AbortController();
const range = { offset: 0, length: 1 };
const source: OfferedSource = {
  ...{ path: '/film.mov', bytes: 10, modified: '1', changed: '1', ticket: 'first' },
  identity: { device: '1', inode: '2' },
};

describe('an offer of files', () => {
  let good: string;
  let asked: number;
  let offered: readonly OfferedSource[];

  beforeEach(() => {
    good = 'first';
    asked = 0;
    offered = [{ ...source, ticket: 'second' }];
  });
  const offer = (): RenewedOffer =>
    new RenewedOffer([source], {
      read: (ticket) =>
        ticket === good
          ? Promise.resolve({ bytes: Buffer.from(ticket), digest: Buffer.alloc(32) } satisfies FetchedRange)
          : Promise.reject(new DffmpegError('forbidden', 'This file is not offered to you.')),
      ask: () => {
        asked += 1;
        return Promise.resolve(offered);
      },
    });

  it('is asked for anew where it has ended, once for all who read', async () => {
    const renewed = offer();
    const first = await renewed.read(0, range, signal);
    assert.equal(String(first.bytes), 'first');
    good = 'second';
    const read = await Promise.all([1, 2, 3].map(() => renewed.read(0, range, signal)));
    assert.deepEqual(
      read.map(({ bytes }) => String(bytes)),
      ['second', 'second', 'second'],
    );
    assert.equal(asked, 1);
    assert.equal(renewed.sources[0]?.ticket, 'second');
  });

  it('is refused where it is refused anew', async () => {
    const renewed = offer();
    good = 'none';
    await assert.rejects(renewed.read(0, range, signal), { code: 'forbidden' });
    assert.equal(asked, 1);
  });

  it('ends where it is another file by then', async () => {
    const renewed = offer();
    good = 'second';
    offered = [{ ...source, ticket: 'second', changed: '2' }];
    await assert.rejects(renewed.read(0, range, signal), { code: 'source-changed' });
  });
});
