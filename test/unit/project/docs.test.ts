import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..', '..');
const documents = globSync(['*.md', 'docs/*.md'], { cwd: root });

describe('documents', () => {
  for (const document of documents) {
    const text = readFileSync(path.join(root, document), 'utf8');

    it(`${document} names only files that exist`, () => {
      const named = [...text.matchAll(/`((?:src|test|scripts|docs|media|schemas|packaging)\/[\w./-]+)`/g)];
      const missing = named.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file)));
      assert.deepEqual(missing, []);
    });

    it(`${document} links only to files that exist`, () => {
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)];
      const missing = links
        .map(([, file = '']) => file)
        .filter((file) => !existsSync(path.join(root, path.dirname(document), file)));
      assert.deepEqual(missing, []);
    });
  }
});
