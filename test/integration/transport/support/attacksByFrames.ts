import assert from 'node:assert/strict';
import { maxFrameBytes } from '../../../../src/protocol/frames.ts';
import type { Attack } from './attackRows.ts';
import type { Door } from './door.ts';
import { knock, type FrameFaults, type RawClient, type RawFrame } from './rawClient.ts';

async function inside(door: Door): Promise<RawClient> {
  const { id, key } = await door.knows('client');
  const { client, answer } = await knock(door.port, { identity: id, key });
  assert.equal(answer.status, 101);
  return client;
}

function closesOver(name: string, frame: RawFrame, faults: FrameFaults, codes: readonly number[]): Attack {
  return {
    name,
    attack: async (door) => {
      const client = await inside(door);
      client.sendFrame(frame, faults);
      const code = await client.closeCode();
      assert.ok(codes.includes(code), `${code}`);
      client.end();
    },
  };
}

const text = (payload: string | Buffer): RawFrame => ({ opcode: 1, payload: Buffer.from(payload) });

export const brokenFrames: readonly Attack[] = [
  closesOver('frame that says it is larger than the limit', text('x'), { length: maxFrameBytes + 1 }, [1009]),
  closesOver('frame that says it has 2⁶² bytes', text('x'), { length: 2 ** 62 }, [1009]),
  closesOver('frame without a mask', text('{}'), { masked: false }, [1002]),
  closesOver('frame with reserved bits, as if it were compressed', text('{}'), { first: 0xc0 }, [1002]),
  closesOver('frame of an unknown kind', { opcode: 3, payload: Buffer.alloc(0) }, {}, [1002]),
  closesOver('frame that is no UTF-8', text(Buffer.from([0xc3, 0x28])), {}, [1007]),
  closesOver('binary frame', { opcode: 2, payload: Buffer.from('{}') }, {}, [1003]),
  closesOver('ping of more than 125 bytes', { opcode: 9, payload: Buffer.alloc(126) }, {}, [1002]),
  closesOver('continuation of nothing', { opcode: 0, payload: Buffer.from('{}') }, {}, [1002]),
  {
    name: 'fragments that together are larger than the limit',
    attack: async (door) => {
      const client = await inside(door);
      const payload = Buffer.alloc(maxFrameBytes / 4, ' ');
      client.sendFrame({ opcode: 1, payload }, { first: 0 });
      for (let part = 0; part < 4; part += 1) client.sendFrame({ opcode: 0, payload }, { first: 0 });
      assert.equal(await client.closeCode(), 1009);
      client.end();
    },
  },
  {
    name: 'text that is no frame, eight times',
    attack: async (door) => {
      for (const said of [
        '',
        '{',
        'null',
        '[]',
        '{"t":"req"}',
        '{"t":"ok","id":"x"}',
        '{"t":"x"}',
        '1e999',
      ]) {
        const client = await inside(door);
        for (let times = 0; times < 8; times += 1) client.send(said);
        assert.equal(await client.closeCode(), 1002, said);
        client.end();
      }
    },
  },
  {
    name: 'JSON that is nested ten thousand times',
    attack: async (door) => {
      const client = await inside(door);
      const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
      client.send(`{"t":"req","id":1,"method":"presets.list","params":${deep}}`);
      client.send(
        `{"t":"req","id":2,"method":"session.open","params":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
      );
      assert.equal((await client.ask('no.method', {}, 3)).error?.code, 'unknown-method');
      client.end();
    },
  },
  {
    name: 'one request number for two requests, and answers to what nobody asked',
    attack: async (door) => {
      const client = await inside(door);
      for (const said of [
        { t: 'ok', id: 7, result: {} },
        { t: 'err', id: 7, error: { code: 'internal', message: '' } },
        { t: 'cancel', id: 9 },
      ])
        client.send(JSON.stringify(said));
      assert.equal((await client.ask('no.method', {}, 7)).error?.code, 'unknown-method');
      client.end();
    },
  },
  {
    name: 'parameters that would change every object',
    attack: async (door) => {
      const client = await inside(door);
      client.send(
        '{"t":"req","id":1,"method":"session.open","params":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
      );
      await client.ask('no.method', {}, 2);
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
      client.end();
    },
  },
];
