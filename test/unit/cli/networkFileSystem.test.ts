import assert from 'node:assert/strict';
import { classifyFileSystem, mountTypeOf } from '../../../src/client/networkFileSystem.ts';

const mountinfo = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '40 22 0:40 / /home/ann/far\\040away rw,nosuid - fuse.sshfs ann@host: rw',
  '41 22 0:41 / /home/ann/stick rw - fuse.ntfs-3g /dev/sdb1 rw',
].join('\n');

describe('the file system of the state folder', () => {
  it('is that of the mount which holds it', () => {
    assert.equal(mountTypeOf(mountinfo, '/home/ann/far away/state'), 'fuse.sshfs');
    assert.equal(mountTypeOf(mountinfo, '/home/ann/far away'), 'fuse.sshfs');
    assert.equal(mountTypeOf(mountinfo, '/home/ann/far away too'), 'ext4');
  });

  it('is refused when it is a network, and only then', () => {
    assert.equal(classifyFileSystem(0x6969, undefined), 'NFS');
    assert.equal(classifyFileSystem(0xff534d42 | 0, undefined), 'SMB (cifs)');
    assert.equal(classifyFileSystem(0x65735546, 'fuse.sshfs'), 'sshfs');
    assert.equal(classifyFileSystem(0x65735546, 'fuse.ntfs-3g'), undefined);
    assert.equal(classifyFileSystem(0xef53, undefined), undefined);
  });
});
