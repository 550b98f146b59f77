import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Packs what is built into FOLDER/dffmpeg-VERSION.vsix, and answers its path. */
export async function packVsix(folder) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const packagePath = path.join(folder, `dffmpeg-${version}.vsix`);
  mkdirSync(folder, { recursive: true });
  // Everything is bundled: no node_modules to look through.
  await createVSIX({ cwd: root, dependencies: false, packagePath });
  return packagePath;
}

/** The files that go in, with forward slashes. How many chunks there are, and the hashes in their names, is no news. */
export async function packedFiles() {
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  const names = files.map((file) => file.replaceAll('\\', '/').replace(/-[A-Z0-9]{8}(?=\.\w+$)/, '-HASH'));
  return [...new Set(names)].sort();
}
