import assert from 'node:assert/strict';
import {
  freeName,
  normalisePath,
  outputName,
  type OutputNaming,
} from '../../../src/coordinator/outputNames.ts';
import {
  checkPlan,
  encodePayload,
  planOutputs,
  probePayload,
  reservationsOf,
} from '../../../src/coordinator/planner.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import type { JobRecord } from '../../../src/coordinator/store/records.ts';
import { probe, severalPreset, storedJob } from './fixtures.ts';

const naming: OutputNaming = {
  source: '/m/a.mov',
  presetName: 'web',
  output: { container: 'mp4' },
  platform: 'linux',
};

const none = () => Promise.resolve([]);

function job(changes: Partial<JobRecord> = {}): JobRecord {
  return storedJob('a', { presetData: severalPreset, probes: [probe], ...changes }).job;
}

describe('names of results', () => {
  it('are numbered', () => {
    assert.equal(outputName(naming, 1).path, '/m/a.web.mp4');
    assert.equal(outputName(naming, 2).path, '/m/a.web-2.mp4');
  });

  it('are the first that is free, after a taken one the next', async () => {
    const reserved = new Set(['/m/a.web.mp4', '/m/a.web-2.mp4', '/m/a.web-4.mp4']);
    const among = (paths: readonly string[]) => Promise.resolve(paths.filter((path) => reserved.has(path)));
    assert.equal((await freeName(naming, among)).path, '/m/a.web-3.mp4');
    assert.equal((await freeName(naming, among, '/m/a.web-3.mp4')).path, '/m/a.web-5.mp4');
  });

  it('are found behind a thousand', async () => {
    const among = (paths: readonly string[]) =>
      Promise.resolve(paths.filter((path) => Number(/-(\d+)\.mp4$/.exec(path)?.[1] ?? 1) <= 1_000));
    assert.equal((await freeName(naming, among)).path, '/m/a.web-1001.mp4');
  });

  it('are refused where no disk can have them, and otherwise fit with a number, too', async () => {
    const named = (length: number) => ({ ...naming, source: `/m/${'a'.repeat(length)}.mov` });
    await assert.rejects(freeName(named(248), none), (error: DffmpegError) => {
      assert.deepEqual([error.code, error.class], ['request-invalid', 'request']);
      return /too long/.test(error.message) && /Rename the source/.test(error.hint ?? '');
    });
    const first = await freeName(named(247), none);
    const next = await freeName(named(247), none, first.path);
    assert.deepEqual([first.path.length, next.path.length], [258, 258]);
    assert.match(next.path, /-2\.mp4$/u);
  });

  it('are the same for all spellings of one file', () => {
    assert.equal(normalisePath('/Ä', 'darwin'), normalisePath('/a\u0308', 'darwin'));
    assert.notEqual(normalisePath('/A', 'linux'), normalisePath('/a', 'linux'));
    assert.equal(normalisePath('C:\\A', 'win32'), normalisePath('c:\\a', 'win32'));
  });
});

describe('planner', () => {
  it('refuses templates and presets that cannot work', () => {
    const check = (changes: Partial<JobRecord>) => () => {
      checkPlan(job(changes), 'linux');
    };
    assert.throws(check({ output: '${x}' }), { code: 'template-invalid' });
    assert.throws(check({ presetData: { container: 'mp4', video: false, audio: false } }), {
      code: 'preset-invalid',
    });
    check({ output: '${height}/${fileBasenameNoExtension}.${ext}' })();
  });

  it('plans every output of the preset, in its order, and says what is not for this source', async () => {
    assert.deepEqual(await planOutputs(job(), 'linux', none), [
      { name: 'hd', state: 'planned', path: '/media/a.web.hd.mp4' },
      {
        name: 'uhd',
        state: 'skipped',
        verdict: {
          level: 'pass',
          findings: [
            {
              level: 'note',
              message: 'The picture is 1080 pixels tall; this output is for one taller than 1080 pixels.',
            },
          ],
        },
      },
      { name: 'stream', state: 'planned', path: '/media/a.web.stream' },
    ]);
  });

  it('gives each output a name of its own, whatever the template and who else has names', async () => {
    const literal = { ...severalPreset, outputs: { a: { file: 'x.mp4' }, b: { file: 'x.mp4' } } };
    const outputs = await planOutputs(job({ presetData: literal }), 'linux', (names) =>
      Promise.resolve(names.filter((name) => name === '/media/x-2.mp4')),
    );
    assert.deepEqual(
      outputs.map(({ path }) => path),
      ['/media/x.mp4', '/media/x-3.mp4'],
    );
    assert.deepEqual(
      reservationsOf(outputs, 'linux').map(({ path }) => path),
      ['/media/x.mp4', '/media/x-3.mp4'],
    );
  });

  it('fails when no output is for the source, and says why', async () => {
    const presetData = { ...severalPreset, outputs: { uhd: { when: { tallerThan: 1080 } } } };
    await assert.rejects(planOutputs(job({ presetData }), 'linux', none), {
      code: 'source-no-stream',
      message: /^None of the preset’s outputs is for this source: The picture is 1080 pixels tall;/,
    });
  });

  it('keeps what a retry finds in place, and plans the rest anew', async () => {
    const placed = { name: 'hd', state: 'placed' as const, path: '/media/a.web.hd-7.mp4', bytes: 5 };
    const outputs = await planOutputs(job({ outputs: [placed] }), 'linux', none);
    assert.deepEqual(outputs[0], placed);
    assert.deepEqual(
      outputs.map(({ state }) => state),
      ['placed', 'skipped', 'planned'],
    );
    assert.deepEqual(encodePayload(job({ outputs })), {
      kind: 'encode',
      jobId: 'a',
      sources: [{ path: '/media/a.mov', probe }],
      preset: severalPreset,
      outputs: [{ index: 2, path: '/media/a.web.stream' }],
      onSuccess: 'keep',
    });
  });

  it('names by the size of the source, as it is seen', async () => {
    const [picture] = probe.streams;
    assert.ok(picture);
    const turned = { ...probe, streams: [{ ...picture, rotation: 90 }] };
    const [output] = await planOutputs(job({ probes: [turned], output: 'x.${height}' }), 'linux', none);
    assert.equal(output?.path, '/media/x.1920.hd.mp4');
  });

  it('has all sources and each known folder looked at', () => {
    const presetData = { ...severalPreset, outputs: { a: { file: '/x/a.mp4' }, b: { file: '/x/b.mp4' } } };
    const sources = [{ path: '/m/a.mov' }, { path: '/m/b.mov' }];
    assert.deepEqual(probePayload(job({ presetData, sources }), 'linux'), {
      kind: 'probe',
      jobId: 'a',
      sources: ['/m/a.mov', '/m/b.mov'],
      destinations: ['/x'],
    });
    const output = '/${height}/${fileBasename}.${output}.${ext}';
    const payload = probePayload(job({ output }), 'linux');
    assert.deepEqual(payload.kind === 'probe' && payload.destinations, []);
  });

  it('looks at sources that are joined as one of the length of all', async () => {
    const sources = [{ path: '/m/a.mov' }, { path: '/m/b.mov' }];
    const presetData = { ...severalPreset, outputs: { a: { when: { longerThan: 15 } } } };
    const [joined] = await planOutputs(job({ presetData, sources, probes: [probe, probe] }), 'linux', none);
    assert.equal(joined?.state, 'planned');
    await assert.rejects(planOutputs(job({ presetData }), 'linux', none), { code: 'source-no-stream' });
  });
});
