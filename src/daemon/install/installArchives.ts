import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { readBuild } from '../../client/installProgram.ts';
import { packTar, type Packed } from '../../files/packTar.ts';
import { launcherEntry, nodeEntries, programEntries } from './archiveEntries.ts';
import { ownNode } from './ownNode.ts';

export interface InstallArchives {
  /** `<version>-<build>`: what the program is called where it is unpacked. */
  readonly name: string;
  readonly program: Packed;
  /** For machines of its platform; undefined where the Node that runs here cannot be given away. */
  readonly node?: (Packed & { readonly version: string; readonly platform: string }) | undefined;
}

/** Quick, and hardly larger than the best: it is made while somebody waits. */
const gzipLevel = 3;

/** What they are called; one that is being packed has more behind it. */
const archivePattern = /^\.?(?:program|node)-v?\d.*\.tgz/;

/** Packs what machines that become workers are sent into `folder`, and removes what older programs have left there. */
export async function makeInstallArchives(programDir: string, folder: string): Promise<InstallArchives> {
  const { version, build } = await readBuild(programDir);
  const name = `${version}-${build}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The folder may be a link to one of a person's: nothing else is removed.
  for (const old of await readdir(folder))
    if (archivePattern.test(old)) await rm(path.join(folder, old), { force: true });
  const own = ownNode();
  const [program, node] = await Promise.all([
    packTar(
      path.join(folder, `program-${name}.tgz`),
      [launcherEntry, ...(await programEntries(programDir))],
      gzipLevel,
    ),
    own && packTar(path.join(folder, `node-${own.version}-${own.platform}.tgz`), nodeEntries(own), gzipLevel),
  ]);
  return { name, program, node: own && node && { ...node, version: own.version, platform: own.platform } };
}
