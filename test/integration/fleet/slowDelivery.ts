import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { FleetClient } from './fleetClient.ts';
import { digestOf } from './remoteHost.ts';

/** Bytes of one second of pictures without any compression. */
const secondBytes = 1056 * 848 * 1.5 * 25;

export interface SlowDelivery {
  /** Of the source, at least. */
  readonly bytes: number;
  readonly bytesASecond: number;
}

/**
 * A job that a command has given to a fleet behind a slow cable, and has returned: what is wrong when it has ended, one sentence each.
 * Everything is of the call's own, and gone with it.
 */
export async function deliverOverSlowCable({ bytes, bytesASecond }: SlowDelivery): Promise<string[]> {
  const host = await FleetClient.fleet();
  try {
    await host.join();
    const client = await FleetClient.connect(host, {}, bytesASecond);
    try {
      const source = client.desk.file('clip.nut');
      const picture = `testsrc2=size=1056x848:rate=25:duration=${Math.ceil(bytes / secondBytes)}`;
      const raw = ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-f', 'nut', '-y', source];
      await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, ...raw]);
      const { size } = await stat(source);
      const before = await digestOf(source);
      const begun = performance.now();
      const { state, outputs, attempts } = await client.job(await client.submit(source), ({ state: now }) =>
        ['done', 'failed'].includes(now),
      );
      const seconds = (performance.now() - begun) / 1000;
      const encodes = attempts.filter(({ kind }) => kind === 'encode').length;
      const carried = client.relay.carried.toDialled / size;
      const found: [boolean, string][] = [
        [size >= bytes, `the source has ${size} bytes only`],
        [state === 'done', `the job is ${state}`],
        [outputs[0]?.verdict?.level === 'pass', 'the result is not verified'],
        [encodes === 1, `it was encoded ${encodes} times`],
        [(await digestOf(source)) === before, 'the source is not what it was'],
        [seconds > (size / bytesASecond) * 0.9, `the cable was not slow: ${seconds.toFixed(1)} s`],
        [carried <= 1.03, `${carried.toFixed(3)} × the source went over the cable`],
      ];
      return found.flatMap(([isRight, what]) => (isRight ? [] : [what]));
    } finally {
      await client.close();
    }
  } finally {
    await host.close();
  }
}
