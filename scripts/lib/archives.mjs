/**
 * The archives of `npm run pack` besides the VSIX, from what is built. What goes in, and how it is packed, is what the
 * daemon does with it for machines that become workers.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { minimumNode } from '../../src/client/findNode.ts';
import { launcherEntry, nodeEntries, programEntries } from '../../src/daemon/install/archiveEntries.ts';
import { ownNode } from '../../src/daemon/install/ownNode.ts';
import { packTar } from '../../src/files/packTar.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const inRoot = (...parts) => path.join(root, ...parts);
const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

/** The platform whose archive has Node inside. */
const platform = 'linux-x64';
const gzipLevel = 6;

/** FOLDER/dffmpeg-VERSION.tgz: what npm and npx take, for whoever has Node. */
export async function packTgz(folder) {
  const entries = [
    { name: 'package.json', content: `${JSON.stringify(packageJson(), undefined, 2)}\n` },
    { name: 'bin/dffmpeg.cjs', file: inRoot('bin', 'dffmpeg.cjs'), executable: true },
    ...(await programEntries(inRoot('dist', 'program'))),
    ...documents(),
  ];
  return pack(folder, `dffmpeg-${manifest.version}.tgz`, 'package', entries);
}

/** FOLDER/dffmpeg-VERSION-linux-x64.tar.gz, with the Node that runs here; undefined where that is for another platform. */
export async function packWithNode(folder) {
  const node = ownNode();
  if (node?.platform !== platform) return undefined;
  const name = `dffmpeg-${manifest.version}-${platform}`;
  const entries = [
    launcherEntry,
    ...(await programEntries(inRoot('dist', 'program'))),
    ...nodeEntries(node),
    ...documents(),
    { name: 'dffmpeg-worker.service', file: inRoot('packaging', 'dffmpeg-worker.service') },
  ];
  return pack(folder, `${name}.tar.gz`, name, entries);
}

/** Everything is bundled: it depends on nothing. */
function packageJson() {
  const { name, version, description, keywords, license, repository, bugs, bin } = manifest;
  const engines = { node: `>=${minimumNode.major}.${minimumNode.minor}` };
  return { name, version, description, keywords, license, repository, bugs, bin, engines };
}

function documents() {
  return ['README.md', 'CHANGELOG.md', 'LICENSE'].map((name) => ({ name, file: inRoot(name) }));
}

/** In the order of names, below one folder. */
function pack(folder, file, below, entries) {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  mkdirSync(folder, { recursive: true });
  return packTar(
    path.join(folder, file),
    sorted.map((entry) => ({ ...entry, name: `${below}/${entry.name}` })),
    gzipLevel,
  );
}
