import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultOutputTemplate, isOwnOutput, resolveOutputPath } from '../../../src/encoding/outputName.ts';
import type { OutputNameContext } from '../../../src/encoding/outputName.ts';

const posix: OutputNameContext = {
  source: '/films/take 1/clip.final.mov',
  preset: 'web',
  container: 'mp4',
  platform: 'posix',
};
const windows: OutputNameContext = { ...posix, source: 'C:\\films\\clip.mov', platform: 'win32' };

function path(template: string, context: OutputNameContext): string {
  const resolved = resolveOutputPath(template, context);
  return resolved.ok ? resolved.path : `! ${resolved.problem.message}`;
}

describe('output path', () => {
  const table: [string, Partial<OutputNameContext>, string][] = [
    [defaultOutputTemplate, {}, '/films/take 1/clip.final.web.mp4'],
    [defaultOutputTemplate, { taken: 2 }, '/films/take 1/clip.final.web-2.mp4'],
    [defaultOutputTemplate, { source: '/clip.mov' }, '/clip.web.mp4'],
    [defaultOutputTemplate, { source: '/a/.hidden' }, '/a/.hidden.web.mp4'],
    [defaultOutputTemplate, { source: '/a/no extension' }, '/a/no extension.web.mp4'],
    [defaultOutputTemplate, { source: '/a/$& ${ext} \n🎬.mov' }, '/a/$& ${ext} \n🎬.web.mp4'],
    ['out/${fileBasenameNoExtension}.${ext}', {}, '/films/take 1/out/clip.final.mp4'],
    ['../${preset}/${fileBasenameNoExtension}.${ext}', {}, '/films/web/clip.final.mp4'],
    ['/srv/done/${fileBasenameNoExtension}', {}, '/srv/done/clip.final.mp4'],
    ['/srv/done/${fileBasenameNoExtension}', { taken: 3 }, '/srv/done/clip.final-3.mp4'],
    ['/srv//x/./a.m4v', {}, '/srv/x/a.m4v'],
    ['/../../a.mp4', {}, '/a.mp4'],
    ['${workspaceFolder}/a.mp4', {}, '! The output template has the unknown variable ${workspaceFolder}.'],
    ['${fileDirname}/out/', {}, '! The output template names a folder, not a file.'],
    ['/..', {}, '! The output template names a folder, not a file.'],
    ['~/a.mp4', {}, '! The output template begins with ~, which is not replaced.'],
    ['a\0.mp4', {}, '! The output template has a NUL character.'],
  ];
  for (const [template, fields, expected] of table)
    it(`${JSON.stringify(template)} ${JSON.stringify(fields)}`, () => {
      assert.equal(path(template, { ...posix, ...fields }), expected);
    });

  const windowsTable: [string, Partial<OutputNameContext>, string][] = [
    [defaultOutputTemplate, {}, 'C:\\films\\clip.web.mp4'],
    [defaultOutputTemplate, { source: 'C:\\clip.mov' }, 'C:\\clip.web.mp4'],
    [
      defaultOutputTemplate,
      { source: '\\\\nas\\media\\clip.mov', taken: 2 },
      '\\\\nas\\media\\clip.web-2.mp4',
    ],
    ['out\\a.mp4', {}, 'C:\\films\\out\\a.mp4'],
    ['..\\..\\..\\a.mp4', {}, 'C:\\a.mp4'],
    ['D:/done/a.mp4', {}, 'D:\\done\\a.mp4'],
    ['\\done\\a.mp4', {}, 'C:\\done\\a.mp4'],
    ['\\\\nas\\media\\..\\..\\a.mp4', {}, '\\\\nas\\media\\a.mp4'],
    ['D:a.mp4', {}, '! The output template names a drive without a folder.'],
    ['a?.mp4', {}, '! The output template gives a name with a character that Windows does not allow.'],
  ];
  for (const [template, fields, expected] of windowsTable)
    it(`Windows: ${JSON.stringify(template)} ${JSON.stringify(fields)}`, () => {
      assert.equal(path(template, { ...windows, ...fields }), expected);
    });

  it('is absolute and has no dots left, whatever the template (property)', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '/', '${fileDirname}', '${preset}', 'a'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const resolved = resolveOutputPath(parts.join('/'), posix);
        if (!resolved.ok) return;
        assert.ok(resolved.path.startsWith('/'));
        assert.ok(!resolved.path.split('/').some((name, at) => name === '..' || (name === '' && at > 0)));
      }),
    );
  });
});

describe('own outputs', () => {
  const presets = ['web', 'small', 'my-web'];
  for (const name of ['clip.web.mp4', 'clip.web-2.mp4', 'a.b.small.mp4', 'clip.my-web-12.mkv'])
    it(`${name} is`, () => assert.ok(isOwnOutput(name, presets)));
  for (const name of ['clip.mp4', 'web.mp4', 'clip.web.mov', 'clip.webs.mp4', 'clip.web-x.mp4', 'clip.web'])
    it(`${name} is not`, () => assert.ok(!isOwnOutput(name, presets)));
});
