import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { aom, svtav1, x264, x265 } from '../../../src/encoding/encoderParameterTable.ts';
import type { ParameterList } from '../../../src/encoding/encoderParameterTable.ts';
import { checkExtraArguments } from '../../../src/encoding/extraArguments.ts';
import { extraArgumentRows } from '../../../src/encoding/extraArgumentTable.ts';

/** Another ffmpeg to hold the table against: `DFFMPEG_TEST_FFMPEG=/path/to/ffmpeg`. */
const ffmpeg = process.env.DFFMPEG_TEST_FFMPEG ?? 'ffmpeg';

/** One option of a codec or container, as `ffmpeg -h full` prints it. */
interface PrintedOption {
  readonly type: string;
  readonly min: number;
  readonly max: number;
  readonly constants: readonly string[];
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-extra-'));

/** ffmpeg's own options stand before the first list of those of codecs and containers. */
function readHelp(): { own: Set<string>; printed: Map<string, PrintedOption[]> } {
  const help = execFileSync(ffmpeg, ['-hide_banner', '-h', 'full'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [general = '', ...lists] = help.split(/^(?=\S.* AVOptions:$)/m);
  const own = new Set([...general.matchAll(/^-([\w-]+)/gm)].map((match) => match[1] ?? ''));
  const printed = new Map<string, PrintedOption[]>();
  for (const list of lists)
    for (const part of list.split(/^(?= {1,3}-\S)/m)) {
      const head = /^ {1,3}-(\S+)\s+<(\w+)>\s+(E?)(.*)$/m.exec(part);
      if (head?.[3] !== 'E') continue;
      const [, name = '', type = '', , rest = ''] = head;
      const range = /\(from (\S+) to (\S+)\)/.exec(rest);
      printed.set(name, [
        ...(printed.get(name) ?? []),
        {
          type,
          min: limit(range?.[1], -Infinity),
          max: limit(range?.[2], Infinity),
          constants: [...part.matchAll(/^ {5}(\S+)/gm)].map((match) => match[1] ?? ''),
        },
      ]);
    }
  return { own, printed };
}

/** `INT_MAX` and the like have no end here. */
function limit(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isNaN(value) ? otherwise : value;
}

function takes(option: PrintedOption, value: string): boolean {
  if (option.type === 'boolean') return ['0', '1', 'true', 'false', 'auto'].includes(value);
  if (option.type === 'flags') return option.constants.includes(value.replace(/^[+-]/, ''));
  if (!['int', 'int64', 'float', 'double'].includes(option.type)) return true;
  if (option.constants.includes(value)) return true;
  // Rates: the letter multiplies.
  const number = Number(value.replace(/[kM]$/, ''));
  return number >= option.min && number <= option.max;
}

/** Encodes a frame of 64×64. */
function encode(argv: readonly string[]): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync(
    ffmpeg,
    [
      ...['-hide_banner', '-nostdin', '-loglevel', 'warning', '-y'],
      ...['-f', 'lavfi', '-i', 'testsrc=s=64x64:d=0.2:r=25,format=yuv420p'],
      ...['-f', 'lavfi', '-i', 'sine=d=0.2:r=48000'],
      ...argv,
    ],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } },
  );
  return { code: status, stderr };
}

describe('extra arguments against a real ffmpeg', function () {
  this.timeout(120_000);
  let help: ReturnType<typeof readHelp>;
  before(() => {
    help = readHelp();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('each option takes as many elements as the table says', function () {
    const unknown: string[] = [];
    for (const { name, value } of extraArgumentRows) {
      if (help.own.has(name)) {
        // The last of a command line, it is missed a value before anything is opened.
        const { stderr } = spawnSync(ffmpeg, ['-hide_banner', `-${name}`], { encoding: 'utf8' });
        assert.equal(/Missing argument/.test(stderr), value !== undefined, `-${name}: ${stderr}`);
      } else if (help.printed.has(name)) assert.ok(value, `-${name}: options of codecs all take a value`);
      else unknown.push(name);
    }
    console.log(`        not checked, this ffmpeg does not know them: ${unknown.join(' ') || 'none'}`);
    assert.ok(unknown.length < extraArgumentRows.length / 2, 'most are known');
  });

  it('each example is within what the option takes', () => {
    const wrong = extraArgumentRows.filter(({ name, value }) => {
      const options = help.own.has(name) ? [] : (help.printed.get(name) ?? []);
      return value && options.length > 0 && !options.some((option) => takes(option, value.example));
    });
    assert.deepEqual(
      wrong.map(({ name, value }) => `-${name} ${value?.example}`),
      [],
    );
  });

  it('the libraries know the parameters', function () {
    const libraries: [encoder: string, option: string, list: ParameterList][] = [
      ['libx264', 'x264-params', x264],
      ['libx265', 'x265-params', x265],
      ['libsvtav1', 'svtav1-params', svtav1],
      ['libaom-av1', 'aom-params', aom],
    ];
    for (const [encoder, option, list] of libraries) {
      if (!help.printed.has(option)) {
        console.log(`        not checked, this ffmpeg has no -${option}`);
        continue;
      }
      // One list of all of them never makes an encode, but each name is read before anything is refused.
      const all = [...list.keys].map(([name, value]) => `${name}=${value.example}`).join(':');
      const output = ['-frames:v', '1', '-c:v', encoder, `-${option}`, all, '-f', 'null', '-'];
      const { stderr } = encode(output);
      const unknown = [
        ...stderr.matchAll(/(?:Unknown option:|Error parsing option|Cannot find aom option) '?([\w-]+)/g),
      ];
      const names = unknown.map((match) => match[1] ?? '');
      console.log(`        ${encoder} does not know ${names.join(' ') || 'none'}`);
      assert.ok(names.length < list.keys.size / 4, stderr);
      assert.doesNotMatch(stderr, /Invalid value for/);
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  it('lists that people want make an encode', () => {
    const wanted: [encoders: string[], extra: string[]][] = [
      [
        ['-c:v', 'libx264', '-c:a', 'aac'],
        [
          ...[
            '-crf',
            '20',
            '-preset',
            'veryfast',
            '-tune',
            'film,fastdecode',
            '-profile:v',
            'high',
            '-level',
            '4.1',
          ],
          ...['-x264-params', 'aq-mode=3:deblock=-1,-1:psy-rd=1.0,0.15:no-mbtree=1:zones=0,3,q=20/4,4,b=1.5'],
          ...[
            '-psy-rd',
            '1.0:0.15',
            '-partitions',
            'p8x8,i4x4',
            '-g',
            '50',
            '-bf',
            '3',
            '-refs',
            '4',
            '-threads',
            '2',
          ],
          ...['-maxrate', '5M', '-bufsize:v:0', '10M', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
          ...['-colorspace', 'bt709', '-color_range', 'tv', '-chroma_sample_location', 'left'],
          ...[
            '-force_key_frames',
            'expr:gte(t,n_forced*2)',
            '-field_order',
            'progressive',
            '-timecode',
            '01:00:00:00',
          ],
          ...[
            '-metadata',
            'title=“C:\\a” – b; -y',
            '-metadata:s:a:0',
            'language=deu',
            '-disposition:a:0',
            'default',
          ],
          ...[
            '-movflags',
            '+faststart',
            '-brand',
            'isom',
            '-write_tmcd',
            '1',
            '-tag:v',
            'avc1',
            '-use_editlist',
            '0',
          ],
          ...['-b:a', '96k', '-cutoff', '15000', '-aac_coder', 'fast'],
          ...[
            '-bitexact',
            '-fflags',
            '+bitexact',
            '-flags:v',
            '+cgop',
            '-strict',
            '-2',
            '-max_muxing_queue_size',
            '512',
          ],
        ],
      ],
      [
        ['-c:v', 'libx265', '-an'],
        ['-preset', 'ultrafast', '-x265-params', 'aq-mode=3:no-sao=1:max-cll=1000,400:pools=2'],
      ],
      [
        ['-c:v', 'libvpx-vp9', '-c:a', 'libopus'],
        [
          ...[
            '-deadline',
            'good',
            '-cpu-used',
            '5',
            '-row-mt',
            '1',
            '-tile-columns',
            '0',
            '-auto-alt-ref',
            '1',
          ],
          ...[
            '-lag-in-frames',
            '10',
            '-crf',
            '32',
            '-b:v',
            '0',
            '-vbr',
            'constrained',
            '-frame_duration',
            '60',
          ],
          ...['-compression_level', '5', '-application', 'audio'],
        ],
      ],
      [
        ['-c:v', 'prores_ks', '-an'],
        ['-profile:v', 'hq', '-vendor', 'apl0', '-bits_per_mb', '8000', '-quant_mat', 'hq'],
      ],
      [
        ['-vn', '-c:a', 'libmp3lame'],
        ['-q:a', '2', '-joint_stereo', '0', '-id3v2_version', '3', '-write_id3v1', '1'],
      ],
      [
        ['-vn', '-c:a', 'flac'],
        ['-compression_level', '8', '-lpc_type', 'cholesky', '-ch_mode', 'mid_side'],
      ],
    ];
    const containers = ['mp4', 'mkv', 'webm', 'mov', 'mp3', 'flac'];
    for (const [at, [encoders, extra]] of wanted.entries()) {
      const checked = checkExtraArguments(extra);
      if (!checked.ok) assert.fail(checked.problem.message);
      const file = `result.${containers[at]}`;
      const { code, stderr } = encode([...encoders, ...checked.args, file]);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /Error parsing option|Unknown option|Invalid value/);
      assert.deepEqual(readdirSync(folder), [file]);
      rmSync(path.join(folder, file));
    }
  });
});
