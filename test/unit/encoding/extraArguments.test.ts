import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addExtraArguments, pictureArguments } from '../../../src/encoding/addExtraArguments.ts';
import { aom, svtav1, x264, x265 } from '../../../src/encoding/encoderParameterTable.ts';
import { checkExtraArguments, extraArgumentOptions } from '../../../src/encoding/extraArguments.ts';
import { extraArgumentRows, extraArgumentTable } from '../../../src/encoding/extraArgumentTable.ts';

function accepts(...args: string[]): void {
  const checked = checkExtraArguments(args);
  if (!checked.ok) assert.fail(`${args.join(' ')}: ${checked.problem.message}`);
  assert.deepEqual(checked.args, args);
}

/** Refused at `index`, with a message that says `why`. */
function refuses(args: readonly string[], index: number, why: RegExp, hint: RegExp = /./): void {
  const checked = checkExtraArguments(args);
  if (checked.ok) assert.fail(`was taken: ${args.join(' ')}`);
  assert.equal(checked.problem.code, 'preset-invalid');
  assert.deepEqual(checked.problem.path, [index], checked.problem.message);
  assert.match(checked.problem.message, why);
  assert.match(checked.problem.hint, hint);
}

/**
 * What ffmpeg would open for writing: it reads its command line from left to right, takes what begins with a dash
 * for an option, the next element for that option's value unless it is a switch, and the rest for files.
 */
function outputFiles(args: readonly string[]): string[] {
  const switches = ['-bitexact'];
  const files: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const element = args[index]!;
    if (!element.startsWith('-') || element === '-' || element === '--') files.push(element);
    else if (!switches.includes(element)) index += 1;
  }
  return files;
}

describe('extra arguments', () => {
  it('that people want are taken as they are', () => {
    accepts();
    accepts(
      '-crf',
      '19.5',
      '-preset',
      'slower',
      '-tune',
      'film,fastdecode',
      '-profile:v',
      'high',
      '-level',
      '4.1',
    );
    accepts('-b:v', '2.5M', '-maxrate', '5M', '-bufsize:v:0', '10M', '-minrate', '500k');
    accepts('-g', '250', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '3', '-refs', '4', '-qmin', '-1');
    accepts(
      '-x264-params',
      'aq-mode=3:aq-strength=0.8:deblock=-1,-1:psy-rd=1.0,0.15:no-mbtree=1:keyint=infinite',
    );
    accepts('-x264opts', 'rc_lookahead=60:zones=0,100,q=20/200,300,b=1.5');
    accepts('-psy-rd', '1.0:0.15', '-deblock', '-1:-1', '-partitions', 'p8x8,i4x4', '-8x8dct', '1');
    accepts(
      '-x265-params',
      'aq-mode=3:no-sao=1:repeat-headers=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400',
    );
    accepts('-svtav1-params', 'tune=0:film-grain=8:keyint=10s:enable-variance-boost=1:scd=1');
    accepts(
      '-cpu-used',
      '4',
      '-row-mt',
      '1',
      '-tiles',
      '2x2',
      '-aom-params',
      'enable-qm=1:deltaq-mode=0:tune=ssim',
    );
    accepts(
      '-deadline',
      'good',
      '-tile-columns',
      '2',
      '-auto-alt-ref',
      '1',
      '-lag-in-frames',
      '25',
      '-enable-tpl',
      '1',
    );
    accepts('-rc', 'vbr', '-cq', '24', '-multipass', 'fullres', '-spatial-aq', '1', '-b_ref_mode', 'middle');
    accepts('-global_quality', '24', '-look_ahead', '1', '-extbrc', '1', '-low_power', '0');
    accepts('-q:v', '65', '-allow_sw', '1', '-realtime', '0', '-prio_speed', '0');
    accepts('-profile:v', 'dnxhr_hqx', '-vendor', 'apl0', '-bits_per_mb', '8000', '-quant_mat', 'hq');
    accepts('-b:a', '192k', '-cutoff', '18000', '-aac_coder', 'twoloop');
    accepts(
      '-vbr',
      'constrained',
      '-compression_level',
      '10',
      '-application',
      'audio',
      '-frame_duration',
      '60',
    );
    accepts('-q:a', '0', '-joint_stereo', '0', '-id3v2_version', '3', '-write_id3v1', '1');
    accepts('-movflags', '+faststart+frag_keyframe-disable_chpl', '-brand', 'isom', '-write_tmcd', 'false');
    accepts('-cluster_time_limit', '5000', '-cues_to_front', '1', '-default_mode', 'infer_no_subs');
    accepts('-metadata', 'title=C:\\film – “a / b”: 50 % $HOME `x`; -y', '-metadata:s:a:0', 'language=deu');
    accepts(
      '-metadata:g',
      'comment=',
      '-metadata:c:0',
      'title=Beginning',
      '-metadata:s:t:0',
      'mimetype=font/ttf',
    );
    accepts('-disposition:a:1', 'default+forced', '-disposition:s', '0', '-tag:v', 'hvc1');
    accepts(
      '-color_primaries',
      'bt2020',
      '-color_trc',
      'smpte2084',
      '-colorspace',
      'bt2020nc',
      '-color_range',
      'tv',
    );
    accepts('-chroma_sample_location', 'topleft', '-field_order', 'tt', '-timecode', '01:00:00;00');
    accepts('-force_key_frames', 'expr:gte(t,n_forced*2)', '-force_key_frames:v:0', '0,12.5,60');
    accepts('-bitexact', '-fflags', '+bitexact', '-flags:v', '+cgop-global_header', '-strict', '-2');
    accepts(
      '-max_muxing_queue_size',
      '1024',
      '-muxdelay',
      '0',
      '-threads',
      '4',
      '-sws_flags',
      'lanczos+accurate_rnd',
    );
  });

  it('that read, write, connect, choose or run away are refused where they stand, with a reason', () => {
    const hostile: [args: string[], index: number, why: RegExp][] = [
      // A second output, in every way there is to write one.
      [['/elsewhere/out.mp4'], 0, /output file/],
      [['-crf', '20', 'out.mp4'], 2, /output file/],
      [['-bitexact', '/etc/passwd'], 1, /output file/],
      [['-'], 0, /output file/],
      [['--', 'x'], 0, /output file/],
      [[''], 0, /output file/],
      [['-metadata', 'title=a', 'tcp://evil:1'], 2, /output file/],
      [['http://evil/x'], 0, /output file/],
      // An option that eats DFFmpeg's own output as its value.
      [['-crf'], 0, /takes a value/],
      [['-bitexact', '-metadata'], 1, /takes a value/],
      // Files.
      [['-attach', '/etc/shadow'], 0, /reads a file/],
      [['-dump_attachment:t', '/elsewhere/x'], 0, /writes a file/],
      [['-report'], 0, /writes a file/],
      [['-vstats_file', '/elsewhere/x'], 0, /writes a file/],
      [['-passlogfile', '/elsewhere/x'], 0, /writes a file/],
      [['-stats_enc_post', '/elsewhere/x'], 0, /writes a file/],
      [['-stats', '/elsewhere/x264.log'], 0, /writes a file/],
      [['-sdp_file', '/elsewhere/x'], 0, /writes a file/],
      [['-filter_complex_script', '/elsewhere/x'], 0, /reads a file/],
      [['-filter_script:v', '/elsewhere/x'], 0, /reads a file/],
      [['-/filter', '/etc/passwd'], 0, /reads a file/],
      [['-/metadata', '/etc/passwd'], 0, /reads a file/],
      [['-fpre', '/elsewhere/x'], 0, /reads a file/],
      [['-hls_segment_filename', '/elsewhere/%d.ts'], 0, /writes a file/],
      [['-hls_key_info_file', '/elsewhere/x'], 0, /writes a file/],
      [['-strftime', '1'], 0, /writes a file/],
      [['-update', '1'], 0, /writes a file/],
      // The network.
      [['-method', 'PUT'], 0, /connections/],
      [['-http_proxy', 'http://evil'], 0, /connections/],
      [['-headers', 'X: y'], 0, /connections/],
      [['-protocol_opts', 'timeout=1'], 0, /connections/],
      [['-protocol_whitelist', 'file,http'], 0, /opens up/],
      // What is DFFmpeg's own.
      [['-i', '/etc/passwd'], 0, /chooses sources/],
      [['-map', '0'], 0, /chooses sources/],
      [['-map_metadata:s:a', '1:g'], 0, /chooses sources/],
      [['-f', 'tee'], 0, /container/],
      [['-c:v', 'copy'], 0, /chooses an encoder/],
      [['-bsf:v', 'noise=drop=1'], 0, /chooses an encoder/],
      [['-vf', 'movie=/etc/passwd'], 0, /changes the picture/],
      [['-filter:a', 'amovie=x'], 0, /changes the picture/],
      [['-filter_complex', 'movie=x'], 0, /changes the picture/],
      [['-lavfi', 'movie=x'], 0, /changes the picture/],
      [['-y'], 0, /what ffmpeg says and asks/],
      [['-progress', 'tcp://evil:1'], 0, /what ffmpeg says and asks/],
      [['-loglevel', 'quiet'], 0, /what ffmpeg says and asks/],
      [['-t', '1'], 0, /the length/],
      [['-pass', '1'], 0, /passes/],
      [['-init_hw_device', 'vaapi=x:/dev/x'], 0, /chooses a device/],
      [['-load_plugins', 'abc'], 0, /loads code/],
      [['-gpu', '1'], 0, /chooses a device/],
      [['-timelimit', '1'], 0, /gives up/],
      [['-encryption_key', '00'], 0, /carries a key/],
      // Parameters of the libraries that are files of theirs.
      [['-x264-params', 'crf=20:stats=/elsewhere/x'], 1, /“stats” of x264 reads or writes a file/],
      [['-x264opts', 'dump-yuv=/elsewhere/x'], 1, /“dump-yuv” of x264 reads or writes a file/],
      [['-x264-params', 'dump_yuv=/elsewhere/x'], 1, /“dump_yuv” of x264 reads or writes a file/],
      [['-x264-params', 'cqm=/etc/passwd'], 1, /backslashes|flat, jvt/],
      [['-x264-params', 'opencl=1'], 1, /“opencl” of x264 reads or writes a file/],
      [['-x264-params', 'zones=0,9,q=20,stats=x'], 1, /zones/],
      [['-x264-params', 'nostats=x'], 1, /not among those/],
      [['-x264-params', 'pass=1'], 1, /counts passes/],
      [['-x265-params', 'csv=/elsewhere/x'], 1, /“csv” of x265 reads or writes a file/],
      [['-x265-params:v:0', 'aq-mode=3:analysis-save=x'], 1, /“analysis-save” of x265/],
      [['-x265-params', 'scaling-list=/etc/passwd'], 1, /off, default/],
      [['-x265-params', '--stats=x'], 1, /not among those/],
      [['-x265-params', 'aq-mode=3\\:csv=x'], 1, /backslashes/],
      [['-x265-params', "'csv'=x"], 1, /quotes/],
      [['-x265-params', 'aq-mode=3: csv=x'], 1, /spaces/],
      [['-x265-params', 'sao:csv=x'], 1, /is no parameter/],
      [['-svtav1-params', 'fgs-table=/elsewhere/x'], 1, /“fgs-table” of SVT-AV1 reads or writes a file/],
      [
        ['-aom-params', 'film-grain-table=/elsewhere/x'],
        1,
        /“film-grain-table” of libaom reads or writes a file/,
      ],
      [['-aom-params', 'tune=vmaf'], 1, /psnr/],
      // Values that ffmpeg would evaluate, or that hide something.
      [['-crf', 'while(1,1)'], 1, /a number/],
      [['-g', '1e9'], 1, /a whole number/],
      [['-force_key_frames', 'expr:while(1,1)'], 1, /times/],
      [['-metadata', 'title=a\nb'], 1, /cannot be seen/],
      [['-metadata', 'title=a\0b'], 1, /cannot be seen/],
      [['-metadata', 'title=\u202eab'], 1, /cannot be seen/],
      [['-metadata', `title=${'x'.repeat(1001)}`], 1, /a tag/],
      [['-profile:v', '../../x'], 1, /a word/],
      [['-brand', '/etc'], 1, /four letters/],
      [['-max_muxing_queue_size', '99999999'], 1, /from 1 to 65536/],
      [['-movflags', '+rtphint'], 1, /flag “rtphint”/],
      [['-metadata:s:m:title:x', 'a=b'], 0, /says no streams/],
      [['-__proto__', 'x'], 0, /not among those/],
      [['-constructor', 'x'], 0, /not among those/],
    ];
    assert.ok(hostile.length >= 80);
    for (const [args, index, why] of hostile) refuses(args, index, why);
  });

  it('that are slips say what was meant', () => {
    refuses(['-crff', '20'], 0, /“-crff”/, /“-crf”/);
    refuses(['-moveflags', '+faststart'], 0, /“-moveflags”/, /“-movflags”/);
    refuses(['-crf 20'], 0, /one element/, /“-crf” and “20” as two/);
    refuses(['-preset=slow'], 0, /one element/, /“-preset” and “slow” as two/);
    refuses(['-preset', 'sloow'], 1, /“sloow”/, /“slow”/);
    refuses(['-movflags', '+fastart'], 1, /“fastart”/, /“faststart”/);
    refuses(['-x265-params', 'aqmode=3'], 1, /“aqmode”/, /“aq-mode”/);
    refuses(['-crf', '-preset', 'slow'], 1, /a number/);
    refuses(['-movflags:v', '+faststart'], 0, /whole result/);
    refuses(['-b:x', '2M'], 0, /“x”/, /-b:v/);
    refuses(['-vcodec', 'libx264'], 0, /chooses an encoder/, /“encoders”/);
  });

  it('that are too long together are refused, since they share a command line', () => {
    const tags = Array.from({ length: 9 }, (_, at) => ['-metadata', `t${at}=${'x'.repeat(990)}`]).flat();
    refuses(tags, 14, /8000 letters/);
    accepts(...tags.slice(0, 14));
  });

  it('any list: either exactly these, and no file among them, or a problem at one of its elements', () => {
    const rows = fc.constantFrom(...extraArgumentRows);
    const hostileValue = fc.constantFrom(
      '/etc/passwd',
      '-',
      '',
      'a:b',
      'x=/y',
      'http://e',
      '-y',
      '1',
      '+a',
      'out.mp4',
    );
    const letter = fc.constantFrom(..."--/:=a1+. \\'%\0\n\u202eé🎬");
    const specifier = fc.constantFrom('', '', '', ':v', ':a:0', ':s:a:0', ':g', ':m:x', ':');
    const option = fc
      .tuple(rows, specifier, fc.option(hostileValue, { nil: undefined, freq: 4 }))
      .map(([row, spec, value]) => [
        `-${row.name}${spec}`,
        ...(row.value === undefined && value === undefined ? [] : [value ?? row.value?.example ?? '']),
      ]);
    const good = rows.map((row) => [`-${row.name}`, ...(row.value ? [row.value.example] : [])]);
    const anything = fc.oneof(
      { weight: 8, arbitrary: good },
      { weight: 2, arbitrary: option },
      { weight: 1, arbitrary: fc.string({ unit: letter, maxLength: 12 }).map((text) => [text]) },
      { weight: 1, arbitrary: hostileValue.map((text) => [text]) },
    );
    const seen = { ok: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 6 }), (parts) => {
        const args = parts.flat();
        const checked = checkExtraArguments(args);
        if (!checked.ok) {
          seen.refused += 1;
          const [index] = checked.problem.path ?? [];
          assert.ok(typeof index === 'number' && index >= 0 && index < args.length);
          return;
        }
        seen.ok += 1;
        assert.deepEqual(checked.args, args);
        assert.deepEqual(outputFiles(args), []);
        for (const [at, element] of args.entries())
          if (!args[at - 1]?.startsWith('-metadata'))
            assert.doesNotMatch(element, /\.\.|[\\%~$`'"\s]|:\/|^\/|[a-z]\//);
      }),
      { numRuns: 1000 },
    );
    assert.ok(seen.ok > 50 && seen.refused > 50, JSON.stringify(seen));
  });

  it('any parameter list: only listed names get through, whatever stands around them', () => {
    const names = fc.constantFrom(
      'aq-mode',
      'crf',
      'stats',
      'csv',
      'qpfile',
      'no-stats',
      'dump_yuv',
      'zones',
      'cqm',
    );
    const glue = fc.constantFrom(':', '=', ',', '/', '\\:', "'", ' ', '::', '=', '|');
    const text = fc.array(fc.oneof(names, glue, fc.constantFrom('1', '/elsewhere/x', '0,9,q=2')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom('-x264-params', '-x265-params', '-x264opts'), text, (option, parts) => {
        const value = parts.join('');
        if (!checkExtraArguments([option, value]).ok) return;
        assert.doesNotMatch(value, /stats|csv|qpfile|dump_yuv|tmp/);
      }),
      { numRuns: 500 },
    );
  });

  it('examples of the table are taken, and no name is there twice', () => {
    assert.equal(extraArgumentTable.size, extraArgumentRows.length);
    for (const row of extraArgumentRows) accepts(`-${row.name}`, ...(row.value ? [row.value.example] : []));
    for (const [option, list] of Object.entries({
      '-x264-params': x264,
      '-x265-params': x265,
      '-svtav1-params': svtav1,
      '-aom-params': aom,
    })) {
      for (const [name, value] of list.keys) accepts(option, `${name}=${value.example}`);
      for (const name of list.refused.keys()) assert.ok(!list.keys.has(name), `${option} ${name}`);
    }
  });

  it('are listed for the documentation', () => {
    const options = extraArgumentOptions();
    assert.equal(options.length, extraArgumentRows.length);
    assert.deepEqual(
      options.find(({ option }) => option === '-bitexact'),
      { option: '-bitexact', takes: 'nothing', for: 'every output' },
    );
    for (const { takes, for: used } of options) assert.ok(takes.length > 0 && used.length > 0);
  });
});

describe('extra arguments beside DFFmpeg’s own', () => {
  it('come last, so that they win', () => {
    assert.deepEqual(addExtraArguments(['-crf', '23'], ['-crf', '20', '-bitexact']), [
      ...['-crf', '23', '-crf', '20', '-bitexact'],
    ]);
    assert.deepEqual(addExtraArguments(['-crf', '23'], []), ['-crf', '23']);
  });

  it('add their parameters to those that are there', () => {
    const own = ['-x265-params', 'log-level=warning:max-cll=1000,400', '-pix_fmt', 'yuv420p10le'];
    assert.deepEqual(addExtraArguments(own, ['-x265-params:v', 'aq-mode=3', '-x265-params', 'no-sao=1']), [
      ...['-x265-params', 'log-level=warning:max-cll=1000,400:aq-mode=3:no-sao=1', '-pix_fmt', 'yuv420p10le'],
    ]);
    assert.deepEqual(addExtraArguments(['-crf', '1'], ['-x264-params', 'a=1', '-x264-params', 'b=2']), [
      ...['-crf', '1', '-x264-params', 'a=1:b=2'],
    ]);
  });

  it('add parameters only for the same streams', () => {
    const ladder = ['-x264-params:v:0', 'a=1', '-x264-params:v:1', 'b=1'];
    assert.deepEqual(addExtraArguments(ladder, ['-x264-params', 'c=1']), [
      ...['-x264-params:v:0', 'a=1:c=1', '-x264-params:v:1', 'b=1:c=1'],
    ]);
    assert.deepEqual(addExtraArguments(ladder, ['-x264-params:v:1', 'c=1']), [
      ...['-x264-params:v:0', 'a=1', '-x264-params:v:1', 'b=1:c=1'],
    ]);
  });

  it('of the picture alone are those of a first pass', () => {
    const extra = [
      '-crf',
      '20',
      '-b:v',
      '1M',
      '-b:a',
      '96k',
      '-cutoff',
      '15000',
      '-metadata',
      'a=b',
      '-bitexact',
      '-movflags',
    ];
    assert.deepEqual(
      pictureArguments([...extra, '+dash', '-strict', '-2', '-profile:a', 'aac_low', '-x264-params', 'a=1']),
      [...['-crf', '20', '-b:v', '1M', '-strict', '-2', '-x264-params', 'a=1']],
    );
  });
});
