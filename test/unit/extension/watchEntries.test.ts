import assert from 'node:assert/strict';
import { withProposals } from '../../../src/extension/model/watchEntries.ts';
import { proposedFolders } from '../../../src/extension/model/watchProposals.ts';
import { watchFolderSpecSchema, type WatchFolder } from '../../../src/protocol/watchFolder.ts';

const given = { origin: 'workspace', home: '/home/a', folder: '/films' } as const;

describe('watched folders of settings', () => {
  it('begin at the workspace, at the home folder or at the root', () => {
    const paths = ['in/', '${workspaceFolder}/in2', '~/in3/', '/in4/', '/a/../in5'];
    const read = proposedFolders(
      paths.map((path) => ({ path, preset: 'web' })),
      given,
    );
    assert.deepEqual(
      read.map(({ spec }) => spec.path),
      ['/films/in', '/films/in2', '/home/a/in3', '/in4', '/in5'],
    );
  });

  it('take the name of the workspace as it is', () => {
    const [read] = proposedFolders([{ path: '${workspaceFolder}/in', preset: 'web' }], {
      ...given,
      folder: "/$& $' films",
    });
    assert.equal(read?.spec.path, "/$& $' films/in");
  });

  it('that are wrong are left out', () => {
    assert.deepEqual(proposedFolders('in', given), []);
    const wrong = [
      null,
      3,
      {},
      { path: 3, preset: 'web' },
      { path: '/in' },
      { path: '/in', preset: 'web', x: 1 },
    ];
    assert.deepEqual(proposedFolders(wrong, given), []);
  });

  it('are one with those that the daemon knows', () => {
    const spec = watchFolderSpecSchema.parse({ path: '/in', preset: 'web' });
    const told: WatchFolder = {
      ...{ id: 'f', origin: 'workspace', spec, state: 'watching' },
      ...{ settling: 0, submitted: 0, failed: 0 },
    };
    const other = { origin: 'vscode', spec: { ...spec, preset: 'audio' } } as const;
    const all = withProposals([told], [{ origin: 'vscode', spec }, other, other]);
    assert.deepEqual(
      all.map(({ id, spec: { preset } }) => [id, preset]),
      [
        ['f', 'web'],
        [undefined, 'audio'],
      ],
    );
  });
});
