import assert from 'node:assert/strict';
import { activationOrigin, watchConsentText } from '../../../src/extension/model/watchConsent.ts';
import { watchFolderSpecSchema } from '../../../src/protocol/watchFolder.ts';

describe('the question before a folder is watched', () => {
  const plain = watchFolderSpecSchema.parse({ path: '/in', preset: 'web' });
  const whole = {
    ...plain,
    output: '/out/\n${fileBasename}',
    recursive: true,
    onSuccess: 'replace',
  } as const;
  const replaces = /takes the place of its file, which is kept aside for undo/;

  it('names folders below, the place of results and that files are replaced', () => {
    const text = watchConsentText(whole, 'vscode');
    assert.match(text, /“web”/);
    assert.match(text, /^Folders below it, too\.$/m);
    assert.match(text, /^Results: \/out\/ \$\{fileBasename\}$/m);
    assert.match(text, replaces);
    assert.match(watchConsentText(whole, 'config'), replaces);
  });

  it('says nothing of what does not happen', () => {
    assert.doesNotMatch(watchConsentText(plain, 'vscode'), /below|Results|place/);
    assert.doesNotMatch(watchConsentText(whole, 'workspace'), replaces);
  });

  it('takes a folder with a preset of a workspace for one of a workspace', () => {
    assert.equal(activationOrigin('vscode', 'workspace'), 'workspace');
    assert.equal(activationOrigin('vscode', 'file'), 'workspace');
    assert.equal(activationOrigin('workspace', 'built-in'), 'workspace');
    for (const preset of ['built-in', 'config', 'user'] as const)
      assert.equal(activationOrigin('vscode', preset), 'vscode');
  });
});
