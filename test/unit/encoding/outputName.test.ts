import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  defaultOutputTemplate,
  outputTemplate,
  resolveOutputPath,
} from '../../../src/encoding/outputName.ts';
import { ownOutputs } from '../../../src/encoding/ownOutput.ts';
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
    ['a.jpeg', { container: 'jpg' }, '/films/take 1/a.jpeg'],
    ['${fileDirname}/${output}.${ext}', { output: 'hd' }, '/films/take 1/hd.mp4'],
    ['${fileDirname}/${output}.${ext}', {}, '/films/take 1/web.mp4'],
    [
      '${height}p/${fileBasenameNoExtension}.${width}x${height}.${ext}',
      { size: { width: 1280, height: 720 } },
      '/films/take 1/720p/clip.final.1280x720.mp4',
    ],
    ['a.${height}.mp4', {}, '! The output template has ${height}, but the source has no picture.'],
    [defaultOutputTemplate, { container: 'hls' }, '/films/take 1/clip.final.web'],
    [defaultOutputTemplate, { container: 'dash', taken: 2 }, '/films/take 1/clip.final.web-2'],
    ['stream.v1', { container: 'hls', taken: 2 }, '/films/take 1/stream.v1-2'],
    ['out/stream.mp4', { container: 'hls' }, '/films/take 1/out/stream'],
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

describe('output template', () => {
  const table: [Parameters<typeof outputTemplate>, string][] = [
    [[{}], '${fileDirname}/${fileBasenameNoExtension}.${preset}.${ext}'],
    [[{ name: 'hd' }], '${fileDirname}/${fileBasenameNoExtension}.${preset}.${output}.${ext}'],
    [[{ name: 'hd' }, 'out/${output}/a.mp4'], 'out/${output}/a.mp4'],
    [[{ name: 'hd' }, 'out/a.mp4'], 'out/a.${output}.${ext}'],
    [[{ name: 'hd' }, 'v1.2/${fileBasenameNoExtension}'], 'v1.2/${fileBasenameNoExtension}.${output}.${ext}'],
    [[{ name: 'hd', file: 'x/a.mp4' }, 'out/b.mp4'], 'x/a.mp4'],
    [[{}, 'out/a.mp4'], 'out/a.mp4'],
  ];
  for (const [[output, general], expected] of table)
    it(`${JSON.stringify(output)} ${general ?? ''}`, () => {
      assert.equal(outputTemplate(output, general), expected);
    });

  it('numbers no name into one that is too long, and none into another’s (property)', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'é', '日', '🎬'),
      minLength: 1,
      maxLength: 255,
      size: 'max',
    });
    const numbers = fc.uniqueArray(fc.integer({ min: 2, max: 1000 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(name, fc.constantFrom('mp4', 'hls'), numbers, (stem, container, [one = 2, other = 3]) => {
        const context = { ...posix, source: `/films/${stem}.mov`, container } as const;
        const first = path(defaultOutputTemplate, context);
        const [a, b] = [one, other].map((taken) => path(defaultOutputTemplate, { ...context, taken }));
        assert.notEqual(a, b);
        const isLong = Buffer.byteLength(first) > 143 + '/films/'.length;
        if (a === undefined || !isLong) return;
        assert.ok(Buffer.byteLength(a) <= Buffer.byteLength(first));
        assert.ok(a.length <= first.length);
      }),
    );
  });

  it('gives each output of a preset a name of its own (property)', () => {
    const part = fc.constantFrom('/', '.', 'a', 'mp4', '${preset}', '${ext}', '${fileBasename}');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const paths = ['hd', 'sd'].map((output) =>
          path(outputTemplate({ name: output }, parts.join('')), { ...posix, output }),
        );
        if (!paths[0]?.startsWith('!')) assert.notEqual(paths[0], paths[1]);
      }),
    );
  });
});

describe('own outputs', () => {
  const own = ownOutputs({
    web: { container: 'mp4' },
    'my-web': { container: 'mkv' },
    site: {
      container: 'mp4',
      outputs: { hd: {}, poster: { container: 'jpg' }, stream: { container: 'hls' } },
    },
    hls: { container: 'hls' },
  });
  for (const name of [
    'clip.web.mp4',
    'clip.web-2.mp4',
    'a.b.web.mp4',
    'clip.my-web-12.mkv',
    'clip.site.hd.mp4',
    'clip.site.poster-2.jpg',
  ])
    it(`${name} is`, () => {
      assert.ok(own.isFile(name));
    });
  for (const name of [
    'clip.mp4',
    'web.mp4',
    '.web.mp4',
    'clip.web.avi',
    'clip.webs.mp4',
    'clip.web-x.mp4',
    'clip.web',
    'clip.site.mp4',
    'clip.hls.mp4',
    'clip.site.stream.mp4',
  ])
    it(`${name} is not`, () => {
      assert.ok(!own.isFile(name));
    });
  for (const name of ['clip.hls', 'clip.hls-3', 'clip.site.stream'])
    it(`the folder ${name} is`, () => {
      assert.ok(own.isFolder(name));
    });
  for (const name of ['clip.web', 'hls', 'clip.site', 'clip.site.hd'])
    it(`the folder ${name} is not`, () => {
      assert.ok(!own.isFolder(name));
    });
});
