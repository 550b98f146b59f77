import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  areNames,
  formatMounted,
  mountedPathSchema,
  namesBelow,
  parseMounted,
} from '../../../src/protocol/mounts.ts';

describe('paths in a mount', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..');
  const mount = fc.stringMatching(/^[A-Za-z][0-9A-Za-z_]{0,31}$/);

  it('name the same file on the other machine', () => {
    fc.assert(
      fc.property(mount, fc.array(name, { minLength: 1, maxLength: 6 }), (label, names) => {
        const text = formatMounted({ mount: label, names });
        assert.deepEqual(parseMounted(text), { mount: label, names });
        assert.deepEqual(namesBelow('/mnt/nas', `/mnt/nas/${names.join('/')}`, '/'), names);
      }),
    );
  });

  for (const text of [
    '$MEDIA/../etc/passwd',
    '$MEDIA/films/../../etc/passwd',
    '$MEDIA/films/..',
    '$MEDIA/./clip.mov',
    '$MEDIA//etc/passwd',
    '$MEDIA/',
    '$MEDIA',
    '/etc/passwd',
    'MEDIA/clip.mov',
    '$/clip.mov',
    '$ME DIA/clip.mov',
    '$MEDIA/clip\0.mov',
    'x$MEDIA/clip.mov',
  ])
    it(`are refused where they would leave it or name none: ${JSON.stringify(text)}`, () => {
      assert.equal(parseMounted(text), undefined);
      assert.equal(mountedPathSchema.safeParse(text).success, false);
    });

  it('never lead out of the folder, whatever is written', () => {
    const text = fc.array(fc.constantFrom('$', 'M', '/', '..', '.', 'a', '\\', ':', '\0'), { maxLength: 12 });
    fc.assert(
      fc.property(text, (parts) => {
        const parsed = parseMounted(`$M/${parts.join('')}`);
        if (!parsed) return;
        const below = new URL(`file:///base/${parsed.names.map(encodeURIComponent).join('/')}`).pathname;
        assert.ok(below.startsWith('/base/'), below);
      }),
    );
  });

  it('are not read by Windows as other folders or drives', () => {
    for (const name of ['..\\..\\secret', 'C:', 'a:b', 'a\\b'])
      assert.equal(areNames([name], 'windows'), false, name);
    assert.equal(areNames(['a\\b'], 'posix'), true);
  });

  it('are those below the folder alone', () => {
    assert.equal(namesBelow('/mnt/nas', '/mnt/nas2/clip.mov', '/'), undefined);
    assert.equal(namesBelow('/mnt/nas', '/mnt/nas', '/'), undefined);
    assert.deepEqual(namesBelow('/', '/clip.mov', '/'), ['clip.mov']);
    assert.deepEqual(namesBelow('C:\\nas', 'C:\\nas\\films\\clip.mov', '\\'), ['films', 'clip.mov']);
  });
});
