import assert from 'node:assert/strict';
import { clientMethods } from '../../../../src/protocol/clientContract.ts';
import { coordinatorMethods } from '../../../../src/protocol/workerContract.ts';
import type { Attack } from './attackRows.ts';
import type { Door } from './door.ts';
import { encodeRawFrame, knock, type RawClient } from './rawClient.ts';

const seed = 20_261_127;
const framesOfRole = 50_000;
const framesAtOnce = 500;
const methods = [...Object.keys(clientMethods), ...Object.keys(coordinatorMethods), '', '__proto__'];

/** Numbers that are the same in each run (mulberry32). */
function chance(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function anyValue(pick: (below: number) => number, depth = 0): unknown {
  const plain = [
    null,
    true,
    0,
    -1,
    1.5e308,
    2 ** 53,
    '',
    'x',
    '\u0000',
    '\ud800',
    'a'.repeat(200),
    '__proto__',
  ];
  switch (pick(depth > 3 ? 1 : 3)) {
    case 1:
      return Array.from({ length: pick(4) }, () => anyValue(pick, depth + 1));
    case 2:
      return Object.fromEntries(
        ['id', 'worker', 'taskId', 'fence', 'topics', '__proto__', 'paths']
          .filter(() => pick(3) === 0)
          .map((name) => [name, anyValue(pick, depth + 1)]),
      );
    default:
      return plain[pick(plain.length)];
  }
}

/** Like a frame, more or less. */
function anyFrame(pick: (below: number) => number, id: number): string {
  const frame: Record<string, unknown> = {
    t: ['req', 'req', 'req', 'ok', 'err', 'evt', 'cancel', 'x'][pick(8)],
    id: pick(10) === 0 ? anyValue(pick) : id,
    method: methods[pick(methods.length)],
    params: anyValue(pick),
    event: ['task.progress', 'worker.load', 'x'][pick(3)],
    payload: anyValue(pick),
  };
  const text = JSON.stringify(frame);
  if (pick(4) > 0) return text;
  const at = pick(text.length);
  // A sign changed, a piece taken out, the end cut off.
  if (pick(3) === 0) return text.slice(0, at) + String.fromCharCode(pick(0x300)) + text.slice(at + 1);
  return pick(2) === 0 ? text.slice(0, at) + text.slice(at + pick(20)) : text.slice(0, at);
}

async function inside(door: Door, role: 'client' | 'worker'): Promise<RawClient> {
  const { id, key } = await door.knows(role);
  const { client, answer } = await knock(door.port, { identity: id, key });
  assert.equal(answer.status, 101);
  return client;
}

const encoded = (text: string): Buffer => encodeRawFrame({ opcode: 1, payload: Buffer.from(text) });

function fuzzed(role: 'client' | 'worker', from: number): Attack {
  return {
    name: `${framesOfRole.toLocaleString('en')} frames by chance, of a ${role}: each is answered or dropped, and the next is heard`,
    attack: async (door) => {
      const pick = chance(from);
      const client = await inside(door, role);
      for (let sent = 0; sent < framesOfRole; sent += framesAtOnce) {
        const frames = Array.from({ length: framesAtOnce }, (_, index) => {
          const text = anyFrame(pick, 1000 + sent + index);
          // Eight broken ones in a row would end it: a good one comes between, so that all are heard.
          const good = index % 4 === 3 ? [encoded('{"t":"cancel","id":0}')] : [];
          return Buffer.concat([encoded(text), ...good]);
        });
        client.socket.write(Buffer.concat(frames));
        assert.equal((await client.ask('no.method', {}, 1)).error?.code, 'unknown-method', `after ${sent}`);
      }
      client.end();
    },
  };
}

export const fuzzedFrames: readonly Attack[] = [fuzzed('client', seed), fuzzed('worker', seed + 1)];
