import { readFile, statfs } from 'node:fs/promises';
import path from 'node:path';

/** `f_type` of statfs(2) on Linux. SQLite's locks are not to be trusted on any of these. */
const networkTypes = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB (cifs)'],
  [0xfe534d42, 'SMB 2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x564c, 'NCP'],
  [0x73757245, 'Coda'],
]);
const fuseType = 0x65735546;
/** FUSE carries local file systems too (ntfs-3g, bindfs): the name of the mount tells. */
const networkFuse =
  /^fuse\.(sshfs|rclone|s3fs|glusterfs|cephfs|ceph-fuse|davfs2?|gcsfuse|goofys|curlftpfs|smbnetfs)/;

/**
 * Which network file system holds a folder, for a person; `undefined` for a local one or when it cannot be told.
 * Only Linux and Windows' `\\server\share` paths are recognised.
 */
export async function networkFileSystemOf(folder: string): Promise<string | undefined> {
  if (process.platform === 'win32') return folder.startsWith('\\\\') ? 'a network share' : undefined;
  if (process.platform !== 'linux') return undefined;
  const { type } = await statfs(folder);
  if (type !== fuseType) return classifyFileSystem(type, undefined);
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return classifyFileSystem(type, mountTypeOf(mounts, folder));
}

export function classifyFileSystem(type: number, mountType: string | undefined): string | undefined {
  if (type === fuseType)
    return mountType !== undefined && networkFuse.test(mountType)
      ? mountType.slice('fuse.'.length)
      : undefined;
  // Node gives the number signed on some systems.
  return networkTypes.get(type >>> 0);
}

/** The type of the mount that holds a folder, from the text of /proc/self/mountinfo (proc(5)). */
export function mountTypeOf(mountinfo: string, folder: string): string | undefined {
  let best: { point: string; type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = unescapeOctal(before.split(' ')[4] ?? '');
    const type = after.split(' ')[0];
    if (point === '' || type === undefined || type === '') continue;
    const holds = folder === point || folder.startsWith(point.endsWith(path.sep) ? point : point + path.sep);
    // A later mount on the same point hides the earlier one.
    if (holds && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
