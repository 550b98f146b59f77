import { EventEmitter } from 'node:events';
import type { Io } from '../../../src/cli/io.ts';
import type { Job } from '../../../src/protocol/model.ts';

export class FakeOutput {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;
  constructor({ isTTY = false, columns = 80 } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
  }
  write(text: string): void {
    this.text += text;
  }
}

export interface FakeIo extends Io {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly signals: EventEmitter;
  readonly left: number[];
  clock: number;
}

export function fakeIo(
  options: { isTTY?: boolean; cwd?: string; env?: Record<string, string> } = {},
): FakeIo {
  const io: FakeIo = {
    stdout: new FakeOutput(options),
    stderr: new FakeOutput(options),
    env: options.env ?? {},
    cwd: options.cwd ?? '/films',
    clock: 0,
    now: () => io.clock,
    signals: new EventEmitter(),
    left: [],
    outliveReaders: () => undefined,
    leave: (code) => void io.left.push(code),
  };
  return io;
}

export function job(over: Partial<Job> = {}): Job {
  return {
    id: 'mj3k2f9a01zx',
    revision: 1,
    state: 'running',
    suspended: false,
    onSuccess: 'keep',
    preset: 'web',
    presetData: { container: 'mp4', video: { encoders: ['libx264'] } },
    priority: 50,
    attached: true,
    sources: [{ path: '/films/clip.mp4', bytes: 412_000_000 }],
    outputs: [],
    attempts: [],
    createdAt: 0,
    ...over,
  };
}

export function doneJob(over: Partial<Job> = {}): Job {
  return job({
    state: 'done',
    outputs: [
      {
        state: 'placed',
        path: '/films/clip.web.mp4',
        bytes: 63_000_000,
        verdict: { level: 'pass', findings: [] },
      },
    ],
    attempts: [
      {
        taskId: 't1',
        kind: 'encode',
        fence: 1,
        worker: 'desk',
        state: 'succeeded',
        argv: ['/usr/bin/ffmpeg', '-i', "/films/it's here.mp4"],
        exit: { code: 0, signal: null },
        startedAt: 0,
        endedAt: 3000,
      },
    ],
    endedAt: 3000,
    ...over,
  });
}
