import assert from 'node:assert/strict';
import { EncodeView } from '../../../src/cli/encode/encodeView.ts';
import { encodeLine } from '../../../src/cli/render/encodeLine.ts';
import { jobDetails } from '../../../src/cli/render/jobDetails.ts';
import { resultLines, stateText, type TextOptions } from '../../../src/cli/render/jobText.ts';
import { jobRows } from '../../../src/cli/render/jobTable.ts';
import { ProgressLine } from '../../../src/cli/render/progressLine.ts';
import { toCommandLine, toCommandLines } from '../../../src/encoding/commandLine.ts';
import { Screen } from '../../../src/cli/render/screen.ts';
import { workerLines } from '../../../src/cli/render/workerTable.ts';
import { fitted, table } from '../../../src/cli/render/table.ts';
import { doctorLines } from '../../../src/cli/render/doctorLines.ts';
import { visibleWidth } from '../../../src/cli/render/visibleWidth.ts';
import { columnsOf } from '../../../src/cli/render/columns.ts';
import { printable } from '../../../src/encoding/printable.ts';
import { shortenPath } from '../../../src/cli/paths.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { toJobOutput } from '../../../src/protocol/jobOutput.ts';
import { replacementStates, type Job, type Progress, type Replacement } from '../../../src/protocol/model.ts';
import type { WorkerInfo } from '../../../src/protocol/model.ts';
import { describeWorker } from '../coordinator/fakeWorker.ts';
import { doneJob, fakeIo, FakeOutput, job } from './fakes.ts';

const workerInfo = (): WorkerInfo => ({
  ...describeWorker(),
  ...{ running: [], drained: false, connected: true },
});

const plain: TextOptions = { style: styleFor(new FakeOutput(), {}), cwd: '/films', home: '/home/ann' };

describe('a result that was held back', () => {
  const held = doneJob({
    onSuccess: 'replace',
    replacement: {
      state: 'held',
      reason: { code: 'conflict', message: 'The source was kept, because the result lacks its picture.' },
    },
  });

  it('says how to put it in place here, and there is no button', () => {
    const how = 'Look at the result. To put it in the place of the source all the same: ';
    assert.deepEqual(resultLines(held, plain).slice(1), [
      '    ! The source was kept, because the result lacks its picture.',
      `      ${how}dffmpeg job replace ${held.id}`,
    ]);
    const details = jobDetails(held, { ...plain, platform: 'linux', now: 0 }).join('\n');
    assert.ok(details.includes(`${how}dffmpeg job replace ${held.id}`), details);
    assert.equal(toJobOutput(held).replacement?.reason?.hint, `${how}dffmpeg job replace ${held.id}`);
  });

  it('is called by its state, in `job show` and in lists', () => {
    const of = (state: Replacement['state']): string => {
      const replaced = { ...held, replacement: { state } };
      const label = jobDetails(replaced, { ...plain, platform: 'linux', now: 0 }).find((line) =>
        /source (was|has|is)|taking the place/.test(line),
      );
      const row = jobRows([replaced], { ...plain, now: 0 })[1]?.at(-1) ?? '';
      return `${label?.split(' ')[0]} | ${row.split(', ').slice(1).join(', ')}`;
    };
    assert.deepEqual(replacementStates.map(of), [
      'replacing | verified, replacing the source',
      'replaced | verified, source replaced',
      'held | verified, replacement held',
      'kept | verified, source kept',
      'undoing | verified, undoing the replacement',
      'undone | verified, replacement undone',
      'replaced | verified, source replaced',
    ]);
  });

  it('says what stood in the way where something did', () => {
    const reason = { code: 'conflict' as const, message: 'Another file lies at /x.', hint: 'Move it away.' };
    const stuck = { ...held, replacement: { state: 'held' as const, reason } };
    assert.deepEqual(resultLines(stuck, plain).slice(1), [
      '    ! Another file lies at /x.',
      '      Move it away.',
    ]);
  });
});

describe('the live line of encode', () => {
  const progress: Progress = {
    jobId: 'x',
    fence: 1,
    fraction: 0.43,
    framesPerSecond: 118,
    speed: 2.1,
    eta: 180,
  };
  const line = (over: Partial<Parameters<typeof encodeLine>[0]>): string => {
    const { text, hint } = encodeLine(
      {
        jobs: [job()],
        progressOf: () => progress,
        elapsedMs: 0,
        hintAfterMs: 8_000,
        cancelling: false,
        disconnected: false,
        ...over,
      },
      plain,
    );
    return text + hint;
  };

  it('says percent, frames a second, speed and time left', () => {
    assert.equal(line({}), 'clip.mp4  43 % · 118 fps · 2.1× · 3 min 00 s left');
  });

  it('names --detach once the encode turns out to be long', () => {
    assert.doesNotMatch(line({ elapsedMs: 3_000 }), /--detach/);
    assert.match(line({ elapsedMs: 9_000 }), /--detach/);
  });

  it('counts, and shows what runs', () => {
    const jobs: Job[] = [
      doneJob({ id: 'a' }),
      job({ id: 'b', state: 'waiting' }),
      job({ id: 'c', sources: [{ path: '/films/c.mov' }] }),
    ];
    assert.match(line({ jobs }), /^1\/3 done {2}c\.mov {2}43 %/);
  });

  it('says why a job waits', () => {
    const waiting = job({
      state: 'waiting',
      reason: { code: 'slots-busy', message: '2 jobs are before it.' },
    });
    assert.equal(line({ jobs: [waiting] }), 'clip.mp4  waiting: 2 jobs are before it.');
  });

  it('says why a finished result is not in place yet', () => {
    const reason = { code: 'destination-missing', message: 'The folder /out does not exist.' } as const;
    assert.equal(
      line({ jobs: [job({ state: 'committing', reason })] }),
      'clip.mp4  The folder /out does not exist.',
    );
    assert.equal(line({ jobs: [job({ state: 'committing' })] }), 'clip.mp4  putting the result in place');
  });

  it('says that it cancels, and that the daemon is away', () => {
    assert.match(line({ cancelling: true }), /cancelling/);
    assert.match(line({ disconnected: true }), /daemon does not answer/);
  });
});

describe('ProgressLine', () => {
  it('writes one line over in a terminal, no wider than it', () => {
    const output = new FakeOutput({ isTTY: true, columns: 20 });
    const line = new ProgressLine(output, () => 0, 5_000);
    line.show('clip.mp4  43 %');
    line.show('clip.mp4  44 % and much more than fits');
    line.print('done');
    assert.equal(output.text, '\r\u001b[2Kclip.mp4  43 %\r\u001b[2Kclip.mp4  44 % and…\r\u001b[2Kdone\n');
  });

  it('writes a plain line now and then elsewhere', () => {
    const output = new FakeOutput();
    let now = 0;
    const line = new ProgressLine(output, () => now, 5_000);
    for (let percent = 0; percent < 100; percent += 1) {
      line.show(`${percent} %`);
      now += 250;
    }
    line.clear();
    const lines = output.text.trimEnd().split('\n');
    assert.deepEqual(lines, ['0 %', '20 %', '40 %', '60 %', '80 %']);
  });
});

describe('what encode prints where there is no terminal', () => {
  const settings = { plainProgressSeconds: 5, detachHintSeconds: 8 };
  const reason = { code: 'slots-busy', message: 'Its turn has not come yet.' } as const;
  const steps: [number, Partial<Job>][] = [
    [0, { state: 'accepted' }],
    [1, { state: 'waiting', reason }],
    [6, { state: 'waiting', reason }],
    [12, { state: 'waiting', reason }],
    [18, { state: 'waiting', reason }],
    [30, { state: 'running' }],
    [36, { state: 'verifying' }],
  ];

  it('says once why a job waits, and once that nobody needs to', () => {
    const io = fakeIo();
    const view = new EncodeView(io, settings);
    for (const [seconds, over] of steps) {
      io.clock = seconds * 1000;
      const [jobs, progressOf] = [[job(over)], () => undefined];
      view.update({ jobs, progressOf, cancelling: false, disconnected: false });
    }
    view.close();
    assert.deepEqual(io.stderr.text.trimEnd().split('\n'), [
      'clip.mp4  in the queue',
      'clip.mp4  waiting: Its turn has not come yet.',
      'clip.mp4  starting  (with --detach it goes on without you)',
      'clip.mp4  checking the result',
    ]);
  });
});

describe('the end of a job', () => {
  it('says where the result is, both sizes, percent and verdict', () => {
    assert.deepEqual(resultLines(doneJob(), plain), [
      '✓ clip.mp4 → clip.web.mp4, 412 MB → 63 MB (−85 %), verified',
    ]);
  });

  it('lists what the verdict found', () => {
    const findings = [{ level: 'warn' as const, message: 'The sound is 0.3 s shorter.' }];
    const warned = doneJob({
      outputs: [
        {
          state: 'placed',
          path: '/films/clip.web.mp4',
          bytes: 63_000_000,
          verdict: { level: 'warn', findings },
        },
      ],
    });
    assert.equal(resultLines(warned, plain)[1], '    ! The sound is 0.3 s shorter.');
  });

  it('says each of several results, and why one was not made', () => {
    const verdict = { level: 'pass' as const, findings: [] };
    const note = { level: 'note' as const, message: 'The picture is 720 pixels tall.' };
    const several = doneJob({
      outputs: [
        { name: 'hd', state: 'placed', path: '/films/clip.hd.mp4', bytes: 63_000_000, verdict },
        { name: 'uhd', state: 'skipped', verdict: { ...verdict, findings: [note] } },
        { name: 'poster', state: 'placed', path: '/films/clip.jpg', bytes: 1_000_000, verdict },
      ],
    });
    assert.deepEqual(resultLines(several, plain), [
      '✓ clip.mp4 → clip.hd.mp4, 412 MB → 63 MB (−85 %), verified',
      '✓ clip.mp4 → clip.jpg, 412 MB → 1.0 MB (−100 %), verified',
      '– clip.mp4, uhd: The picture is 720 pixels tall.',
    ]);
    assert.equal(stateText(several, undefined), '2 results, 412 MB → 64 MB (−84 %), verified');
  });

  it('says why it failed, what to do, and where the log is if ffmpeg ran', () => {
    const failed = job({
      state: 'failed',
      reason: { code: 'source-not-media', message: 'It is not a media file.', hint: 'Choose another file.' },
    });
    assert.deepEqual(resultLines(failed, plain), [
      '✗ clip.mp4: It is not a media file.',
      '    Choose another file.',
    ]);
    const ran = { ...failed, attempts: doneJob().attempts };
    assert.deepEqual(resultLines(ran, plain).slice(2), [
      '    dffmpeg job logs mj3k2f9a01zx shows what ffmpeg said.',
    ]);
  });
});

describe('lists', () => {
  it('align their columns, colours or not', () => {
    const style = styleFor(new FakeOutput({ isTTY: true }), {});
    const lines = table([
      [style.bold('ab'), 'c'],
      ['abcd', 'd'],
    ]);
    assert.equal(lines[0], '\u001b[1mab\u001b[22m    c');
    assert.equal(lines[1], 'abcd  d');
  });

  it('show jobs with whole ids and ages', () => {
    const rows = jobRows([doneJob({ createdAt: 0 })], { ...plain, now: 65_000 });
    assert.deepEqual(rows[1], [
      'mj3k2f9a01zx', 'done', 'web', 'clip.mp4', '1 min 05 s', '412 MB → 63 MB (−85 %), verified',
    ]); // prettier-ignore
  });

  it('say when a waiting job will begin and end, as far as that is foreseen', () => {
    const forecast = { startsAt: 250_000, endsAt: 60 * 60_000, guess: false };
    const job = doneJob({ state: 'waiting', outputs: [], attempts: [], forecast });
    const lines = jobDetails(job, { ...plain, platform: 'linux', now: 10_000 });
    assert.ok(lines.includes('expected  starts in about 4 min, done in about 1 h 00 min'), lines.join('\n'));
    const [, row] = jobRows([{ ...job, forecast: { ...forecast, startsAt: 0, guess: true } }], {
      ...plain,
      now: 10_000,
    });
    assert.match(row?.at(-1) ?? '', /· starts at any moment, done in about 1 h 00 min \(a guess: /);
  });

  it('say when a job is tried again after a failure, and why', () => {
    const now = 1_000_000;
    const reason = { code: 'ffmpeg-failed', message: 'It broke.', hint: 'It is tried again.' } as const;
    const failed = job({ state: 'waiting', reason, retryAt: now + 41_000 });
    const [, row] = jobRows([failed], { ...plain, now });
    assert.equal(row?.at(-1), 'It broke. · tried again in about 40 s');
    const details = jobDetails(failed, { ...plain, platform: 'linux', now }).join('\n');
    assert.match(details, /state +waiting\n/);
    assert.match(details, /reason +It broke\.\n +It is tried again\.\nagain +tried again in about 40 s\n/);
    assert.doesNotMatch(
      jobDetails(failed, { ...plain, platform: 'linux', now: now + 41_000 }).join(),
      /about/,
    );
  });

  it('say that a worker is set aside, why, and when it is tried again', () => {
    const reason = { code: 'ffmpeg-failed', message: 'All broke.' } as const;
    const worker = { ...workerInfo(), setAside: { reason, until: 60_000 } };
    const lines = workerLines([worker], { style: plain.style, now: 0 });
    assert.equal(lines.at(-1), '  set aside, tried again in about 1 min: All broke.');
  });

  it('say what a worker does not take, and since when it is away', () => {
    const heads = [
      { ...workerInfo(), local: false, drained: true },
      { ...workerInfo(), local: false, drained: true, running: ['a'] },
      { ...workerInfo(), local: false, connected: false, lastSeenAt: 0, labels: ['gpu', 'office'] },
    ].map((worker) => workerLines([worker], { style: plain.style, now: 7_200_000 }));
    assert.match(heads[0]?.[1] ?? '', /^workshop, drained {2}/);
    assert.match(heads[1]?.[1] ?? '', /^workshop, draining {2}/);
    assert.match(heads[2]?.[1] ?? '', /^workshop, not connected, seen 2 h 00 min ago {2}/);
    assert.match(heads[2]?.join('\n') ?? '', /labels gpu office/);
  });

  it('fit into the terminal: what is long stands below, wrapped', () => {
    const usable = { usable: true as const, pixelFormats: [] };
    const capabilities = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`encoder_${index}`, usable]),
    );
    const worker = { ...workerInfo(), capabilities };
    const options = { style: styleFor(new FakeOutput({ isTTY: true }), {}), now: 0 };
    const lines = workerLines([worker], { ...options, width: 80 });
    assert.ok(lines.length > 4, lines.join('\n'));
    for (const line of lines) assert.ok(visibleWidth(line) <= 80, line);
    assert.equal(workerLines([worker], options).length, 3, 'whole where another program reads');
    const detail = Object.keys(capabilities).join(', ');
    const checks = [{ name: 'encoders', level: 'ok' as const, detail, hint: detail }];
    const report = { ok: true, checks, settings: [] };
    for (const line of doctorLines(report, options.style, { width: 80 }))
      assert.ok(visibleWidth(line) <= 80, line);
    assert.equal(doctorLines(report, options.style).length, 4);
    const long = doneJob({ sources: [{ path: `/films/${'x'.repeat(50)}.mp4`, bytes: 412_000_000 }] });
    const rows = jobRows([long], { ...plain, now: 0 });
    assert.equal(fitted(rows, 80)[2], '  412 MB → 63 MB (−85 %), verified');
    assert.equal(fitted(rows, undefined).length, 2);
    const short = [...rows, [...(rows[1]?.slice(0, -1) ?? []), 'x']];
    assert.equal(fitted(short, 100).length, 4, 'what fits stays in one line');
  });

  it('show a job with a command that can be pasted', () => {
    const lines = jobDetails(doneJob(), { ...plain, platform: 'linux', now: 0 });
    assert.ok(lines.includes("  /usr/bin/ffmpeg -i '/films/it'\\''s here.mp4'"));
    assert.ok(lines.includes('attempt 1: encode on desk, succeeded, after 3 s, exit code 0'));
  });
});

describe('a terminal that says that it has 0 columns', () => {
  it('is taken for one of 80', () => {
    const output = new FakeOutput({ isTTY: true, columns: 0 });
    new ProgressLine(output, () => 0, 0).show('clip.mp4  43 %');
    assert.match(output.text, /clip\.mp4 {2}43 %$/);
    const screen = new Screen(new FakeOutput({ isTTY: true, columns: 0 }));
    screen.show(['x']);
    assert.deepEqual([columnsOf({ columns: 0 }), columnsOf({}), columnsOf({ columns: 100 })], [80, 80, 100]);
  });
});

describe('a watched status', () => {
  it('is written over in a terminal, also where lines wrap', () => {
    const output = new FakeOutput({ isTTY: true, columns: 10 });
    const screen = new Screen(output);
    screen.show(['0123456789abc', 'x']);
    screen.show(['0123456789abc', 'x']);
    screen.show(['y']);
    assert.equal(output.text, '\r\u001b[J0123456789abc\nx\n\u001b[3A\r\u001b[Jy\n');
  });
});

describe('colours', () => {
  it('are for terminals without NO_COLOR', () => {
    const paint = (isTTY: boolean, env: Record<string, string>): string =>
      styleFor(new FakeOutput({ isTTY }), env).good('x');
    assert.equal(paint(true, {}), '\u001b[32mx\u001b[39m');
    assert.equal(paint(true, { NO_COLOR: '1' }), 'x');
    assert.equal(paint(true, { TERM: 'dumb' }), 'x');
    assert.equal(paint(false, {}), 'x');
  });
});

describe('paths', () => {
  const options = { cwd: '/films', home: '/home/ann', width: 30 };
  it('are relative where they lie below the current folder, else below ~', () => {
    assert.equal(shortenPath('/films/a/b.mp4', options), 'a/b.mp4');
    assert.equal(shortenPath('/home/ann/x.mp4', options), '~/x.mp4');
    assert.equal(shortenPath('/films2/x.mp4', options), '/films2/x.mp4');
  });
  it('lose their middle, and keep the name', () => {
    assert.equal(shortenPath('/mnt/archive/2026/november/take 1.mp4', options), '…/2026/november/take 1.mp4');
    const long = shortenPath(`/mnt/${'n'.repeat(80)}.web.mp4`, options);
    assert.equal([...long].length, 30);
    assert.match(long, /n…nn\.web\.mp4$/);
  });
  it('cannot speak to the terminal', () => {
    assert.equal(printable('a\u001b[2Jb\nc\u202ed'), 'a?[2Jb?c?d');
  });
});

describe('quoteCommand', () => {
  it('quotes for the shell of the system', () => {
    assert.equal(toCommandLine(['ffmpeg', '-i', 'a b', '[0:v]', ''], 'linux'), "ffmpeg -i 'a b' '[0:v]' ''");
    assert.equal(toCommandLine(['ffmpeg', "a\nb'c\u001b[2J"], 'linux'), "ffmpeg $'a\\nb\\'c\\x1b[2J'");
    assert.equal(toCommandLine(['C:\\a b\\ffmpeg', "it's"], 'win32'), "& 'C:\\a b\\ffmpeg' 'it''s'");
  });

  it('as several lines keeps an option and its value together, and is the same command', () => {
    const argv = [
      'ffmpeg',
      ...Array.from({ length: 20 }, (_, at) => ['-option', `value ${at}`]).flat(),
      'out.mp4',
    ];
    const lines = toCommandLines(argv, 'linux').split('\n');
    assert.ok(lines.length > 2);
    for (const line of lines) assert.ok(line.length <= 90, line);
    for (const line of lines.slice(1)) assert.match(line, /^ {2}-option 'value \d+'/u);
    for (const line of lines.slice(0, -1)) assert.match(line, / \\$/u);
    const joined = lines.map((line) => line.replace(/ \\$/u, '').trim()).join(' ');
    assert.equal(joined, toCommandLine(argv, 'linux'));
    assert.match(toCommandLines(argv, 'win32').split('\n')[0] ?? '', / `$/u);
  });
});
