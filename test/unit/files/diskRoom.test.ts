import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DiskRoom, type Need, type Room } from '../../../src/files/diskRoom.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

/** Folders `/a…` lie on one file system, `/b…` on another. */
function disk(
  free: Record<string, number>,
  takes = (): boolean => true,
  trouble = (): unknown => undefined,
): DiskRoom {
  const device = (folder: string): string => folder.charAt(1);
  return new DiskRoom({
    device: (folder) => Promise.resolve(device(folder)),
    takes: () => Promise.resolve(takes()),
    trouble: () => Promise.resolve(trouble()),
    free: (folder) => {
      const bytes = free[device(folder)];
      return bytes === undefined ? Promise.reject(new Error('no such file system')) : Promise.resolve(bytes);
    },
  });
}

function need(
  folder: string,
  bytes: number,
  lowWaterBytes = 0,
  code: Need['code'] = 'destination-full',
): Need {
  return { folder, bytes, lowWaterBytes, code };
}

async function taken(room: Promise<Room | DffmpegError>): Promise<Room> {
  const answer = await room;
  assert.ok(!(answer instanceof DffmpegError), answer instanceof DffmpegError ? answer.message : '');
  return answer;
}

describe('room on a disk', () => {
  it('counts what is promised to the others on the same file system', async () => {
    const room = disk({ a: 100e6, b: 100e6 });
    const first = await taken(room.take([need('/a/films', 70e6)]));
    const second = await room.take([need('/a/other', 40e6)]);
    assert.ok(second instanceof DffmpegError);
    assert.equal(second.code, 'destination-full');
    assert.match(second.message, /\/a\/other has 100 MB left, of which running encodes need 70 MB/);
    assert.match(second.hint ?? '', /by itself/);
    await taken(room.take([need('/b', 90e6)]));
    first.release();
    await taken(room.take([need('/a/other', 40e6)]));
  });

  it('is none while the disk does not answer, whatever it still tells of its free space', async () => {
    const pulled = Object.assign(new Error('pulled'), { code: 'EIO' });
    const troubles = [pulled, undefined];
    const room = disk({ a: 100e6 }, undefined, () => troubles.shift());
    await taken(room.take([need('/a/films', 1e6)]));
    room.diskAway('/a/films');
    const answer = await room.take([need('/a/films', 1e6)]);
    assert.ok(answer instanceof DffmpegError);
    assert.equal(answer.code, 'destination-away');
    await taken(room.take([need('/a/films', 1e6)]));
    await taken(room.take([need('/a/films', 1e6)]));
  });

  it('does not count twice what is written already', async () => {
    const free = { a: 100e6 };
    const room = disk(free);
    const first = await taken(room.take([need('/a', 70e6)]));
    free.a = 40e6;
    first.wrote('/b', 60e6);
    assert.ok((await room.take([need('/a', 90e6)])) instanceof DffmpegError, 'another folder');
    first.wrote('/a', 60e6);
    await taken(room.take([need('/a', 30e6)]));
  });

  it('begins nothing below the low-water mark, and says which folder and what to do', async () => {
    const room = disk({ a: 1e12, b: 20e6 });
    const answer = await room.take([need('/a', 1), need('/b/scratch', 0, 32e6, 'scratch-full')]);
    assert.ok(answer instanceof DffmpegError);
    assert.equal(answer.code, 'scratch-full');
    assert.match(answer.message, /\/b\/scratch has 20 MB left; an encode begins when there are 32 MB/);
    const close = await disk({ b: 16.4e6 }).take([need('/b', 16.6e6)]);
    assert.ok(close instanceof DffmpegError);
    assert.match(close.message, /has 16 MB left; an encode begins when there are 17 MB/);
    // What it asked for elsewhere is not kept.
    await taken(room.take([need('/a', 1e12)]));
  });

  it('is tried where a quota was used up, until it is to be had again', async () => {
    let takes = false;
    let tries = 0;
    const room = disk({ a: 1e12 }, () => {
      tries += 1;
      return takes;
    });
    await taken(room.take([need('/a/mine', 1)]));
    assert.equal(tries, 0);
    room.quotaUsedUp('/a/mine');
    const answer = await room.take([need('/a/mine', 1, 32e6)]);
    assert.ok(answer instanceof DffmpegError);
    assert.equal(answer.code, 'destination-full');
    assert.match(
      answer.message,
      /The quota of the folder \/a\/mine is used up; .* 32 MB can be written there/,
    );
    await taken(room.take([need('/a/other', 1)]));
    takes = true;
    await taken(room.take([need('/a/mine', 1)]));
    await taken(room.take([need('/a/mine', 1)]));
    assert.equal(tries, 2);
  });

  it('is believed to be there where the file system does not tell', async () => {
    await taken(disk({}).take([need('/c', 1e15)]));
  });

  it('is never promised beyond what is free, in whatever order attempts come and go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(100), fc.boolean()), { maxLength: 40 }), async (steps) => {
        const room = disk({ a: 200 });
        const held: { bytes: number; room: Room }[] = [];
        for (const [bytes, comes] of steps) {
          if (comes) {
            const answer = await room.take([need('/a', bytes)]);
            if (!(answer instanceof DffmpegError)) held.push({ bytes, room: answer });
          } else held.shift()?.room.release();
          assert.ok(held.reduce((sum, each) => sum + each.bytes, 0) <= 200);
        }
      }),
    );
  });
});
