import assert from 'node:assert/strict';
import {
  checkPlan,
  freeName,
  normalisePath,
  outputName,
  type OutputPlan,
} from '../../../src/coordinator/planner.ts';
import { preset } from './fixtures.ts';

const plan: OutputPlan = { source: '/m/a.mov', presetName: 'web', preset, platform: 'linux' };

describe('planner', () => {
  it('numbers names', () => {
    assert.equal(outputName(plan, 1).path, '/m/a.web.mp4');
    assert.equal(outputName(plan, 2).path, '/m/a.web-2.mp4');
  });

  it('takes the first free name, after a taken one the next', async () => {
    const reserved = new Set(['/m/a.web.mp4', '/m/a.web-2.mp4', '/m/a.web-4.mp4']);
    const among = (paths: readonly string[]) => Promise.resolve(paths.filter((path) => reserved.has(path)));
    assert.equal((await freeName(plan, among)).path, '/m/a.web-3.mp4');
    assert.equal((await freeName(plan, among, '/m/a.web-3.mp4')).path, '/m/a.web-5.mp4');
  });

  it('finds a free name behind a thousand', async () => {
    const among = (paths: readonly string[]) =>
      Promise.resolve(paths.filter((path) => Number(/-(\d+)\.mp4$/.exec(path)?.[1] ?? 1) <= 1_000));
    assert.equal((await freeName(plan, among)).path, '/m/a.web-1001.mp4');
  });

  it('knows all spellings of one file', () => {
    assert.equal(normalisePath('/Ä', 'darwin'), normalisePath('/a\u0308', 'darwin'));
    assert.notEqual(normalisePath('/A', 'linux'), normalisePath('/a', 'linux'));
    assert.equal(normalisePath('C:\\A', 'win32'), normalisePath('c:\\a', 'win32'));
  });

  it('refuses templates and presets that cannot work', () => {
    assert.throws(
      () => {
        checkPlan({ ...plan, template: '${x}' });
      },
      { code: 'template-invalid' },
    );
    assert.throws(
      () => {
        checkPlan({ ...plan, preset: { container: 'webm', video: { encoders: ['libx264'] } } });
      },
      { code: 'preset-invalid' },
    );
  });
});
