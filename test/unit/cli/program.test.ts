import assert from 'node:assert/strict';
import { encodeCommand, readPriority } from '../../../src/cli/commands/encode.ts';
import { doctorCommand } from '../../../src/cli/commands/doctor.ts';
import { jobCommands } from '../../../src/cli/commands/job.ts';
import { presetsCommand } from '../../../src/cli/commands/presets.ts';
import { serveCommand } from '../../../src/cli/commands/serve.ts';
import { statusCommand } from '../../../src/cli/commands/status.ts';
import { stopCommand } from '../../../src/cli/commands/stop.ts';
import { workerCommands } from '../../../src/cli/commands/worker.ts';
import { worstExitCode } from '../../../src/cli/exitCodes.ts';
import { exitCodeOfJobs } from '../../../src/cli/encode/exitCodeOfJobs.ts';
import { outputTemplate } from '../../../src/cli/encode/outputTemplate.ts';
import { stopSignals } from '../../../src/cli/encode/stopSignals.ts';
import { jobOutputSchema, toJobOutput } from '../../../src/protocol/jobOutput.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { doneJob, fakeIo, job } from './fakes.ts';

const commands = [
  encodeCommand, jobCommands, workerCommands, statusCommand, presetsCommand, doctorCommand, serveCommand,
  stopCommand,
]; // prettier-ignore

async function run(...argv: string[]) {
  const io = fakeIo();
  const code = await runProgram(argv, { io, version: '1.2.3', commands });
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe('the command line', () => {
  it('prints its version and its help, and ends with 0', async () => {
    assert.deepEqual(await run('--version'), { code: 0, stdout: '1.2.3\n', stderr: '' });
    const help = await run('--help');
    assert.equal(help.code, 0);
    for (const name of [
      'encode',
      'job',
      'jobs',
      'worker',
      'workers',
      'status',
      'presets',
      'doctor',
      'serve',
      'stop',
    ])
      assert.match(help.stdout, new RegExp(`^  ${name}\\b`, 'm'));
  });

  it('ends with 2 for bad usage, in a sentence, without a stack trace', async () => {
    for (const argv of [
      ['encode'], ['encode', 'a.mp4', '--priority', '101'], ['encode', 'a.mp4', '--no-such'], ['frobnicate'],
      ['job', 'list', '--limit', '0'], ['job', 'list', '--state', 'sleeping'], ['job', 'show'], ['worker', 'label', 'desk', 'a b'],
      ['encode', 'a.mp4', '--exit-code', 'mine'], ['serve', '--slots'],
    ]) {
      const { code, stderr } = await run(...argv);
      assert.equal(code, 2, argv.join(' '));
      assert.match(stderr, /^dffmpeg: [A-Z]/, argv.join(' '));
      assert.doesNotMatch(stderr, /\n\s+at /);
    } // prettier-ignore
  });

  it('offers nothing that is not there yet', async () => {
    const { stdout } = await run('encode', '--help');
    assert.match(stdout, /--detach/);
    assert.doesNotMatch(stdout, /--split/);
  });

  it('takes --json and --state-dir on either side of the command', async () => {
    for (const argv of [
      ['--json', '--state-dir', '/nowhere/s', 'status'],
      ['status', '--state-dir', '/nowhere/s', '--json'],
    ]) {
      const { code, stdout } = await run(...argv);
      assert.equal(code, 0);
      assert.equal((JSON.parse(stdout) as { daemon: unknown }).daemon, null);
    }
  });

  it('has a flag of serve for every setting that can be typed', async () => {
    const { stdout } = await run('serve', '--help');
    for (const flag of ['--ffmpeg', '--listen', '--slots', '--idle-minutes', '--low-priority', '--log-level'])
      assert.match(stdout, new RegExp(`${flag} <value>`));
    assert.match(stdout, /DFFMPEG_IDLE_MINUTES/);
  });
});

describe('the exit code', () => {
  it('is the worst of many, and cancelled is better than failed', () => {
    assert.equal(worstExitCode([]), 0);
    assert.equal(worstExitCode([0, 130, 0]), 130);
    assert.equal(worstExitCode([130, 1, 0]), 1);
  });

  it('is that of the jobs; a warning is done', () => {
    const warned = doneJob({
      outputs: [{ state: 'placed', path: '/o.mp4', verdict: { level: 'warn', findings: [] } }],
    });
    assert.equal(exitCodeOfJobs([warned]), 0);
    assert.equal(exitCodeOfJobs([doneJob(), job({ state: 'cancelled' })]), 130);
    assert.equal(exitCodeOfJobs([doneJob(), job({ state: 'failed' })]), 1);
  });

  it("is ffmpeg's own where that is asked for, and never 0 for a failed job", () => {
    const ended = (code: number | null, signal: string | null) =>
      job({
        state: 'failed',
        attempts: doneJob().attempts.map((attempt) => ({ ...attempt, exit: { code, signal } })),
      });
    assert.equal(exitCodeOfJobs([ended(183, null)], 'ffmpeg'), 183);
    assert.equal(exitCodeOfJobs([ended(183, null)]), 1);
    assert.equal(exitCodeOfJobs([ended(null, 'SIGKILL')], 'ffmpeg'), 137);
    assert.equal(exitCodeOfJobs([ended(0, null)], 'ffmpeg'), 1);
    assert.equal(exitCodeOfJobs([job({ state: 'failed' })], 'ffmpeg'), 1);
  });
});

describe('stopSignals', () => {
  it('asks at the first signal and leaves at the second, but not at its echo', () => {
    const io = fakeIo();
    const stop = stopSignals(io, 130);
    io.signals.emit('SIGINT');
    assert.equal(stop.signal.aborted, true);
    io.clock = 100;
    io.signals.emit('SIGINT');
    assert.deepEqual(io.left, []);
    io.clock = 1000;
    io.signals.emit('SIGTERM');
    assert.deepEqual(io.left, [130]);
    stop.release();
    assert.equal(io.signals.listenerCount('SIGINT'), 0);
  });
});

describe('--output', () => {
  it('starts where the shell is, unless it says otherwise', () => {
    assert.equal(outputTemplate('x.mp4', '/films'), '/films/x.mp4');
    assert.equal(outputTemplate('../x.mp4', '/films'), '/x.mp4');
    assert.equal(outputTemplate('/abs/x.mp4', '/films'), '/abs/x.mp4');
    assert.equal(outputTemplate('${fileDirname}/x.mp4', '/films'), '${fileDirname}/x.mp4');
    assert.equal(outputTemplate('out/', '/films'), '/films/out/${fileBasenameNoExtension}.${preset}.${ext}');
  });
});

describe('priorities', () => {
  it('are whole numbers from 0 to 100', () => {
    assert.equal(readPriority('0'), 0);
    assert.equal(readPriority('100'), 100);
    for (const bad of ['-1', '101', '1.5', 'high', '', '1e1']) assert.throws(() => readPriority(bad), bad);
  });
});

describe('--json', () => {
  it('shows a job as documented, and nothing that is our own business', () => {
    const output = toJobOutput(doneJob());
    assert.deepEqual(jobOutputSchema.parse(JSON.parse(JSON.stringify(output))), output);
    assert.deepEqual(Object.keys(output).sort(), [
      'attempts', 'createdAt', 'endedAt', 'id', 'onSuccess', 'outputs', 'preset', 'priority', 'sources', 'state',
    ]); // prettier-ignore
    assert.equal('taskId' in (output.attempts[0] ?? {}), false);
    assert.deepEqual(output.attempts[0]?.exit, { code: 0, signal: null });
  });
});
