import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { IdentityRole } from '../../../../src/protocol/identity.ts';
import { rangeBytes, rangeHeaderBytes } from '../../../../src/protocol/rangeMessages.ts';
import type { Attack } from './attackRows.ts';
import type { Door, Known } from './door.ts';
import { knockAt, type RawClient } from './rawClient.ts';

const content = 'what is in this file alone';

/** A connection for files of somebody with this role. */
const atFiles = (door: Door, known: Known): Promise<RawClient> => knockAt('/files', door.port, known);

/** A file that somebody may read, and their ticket for it. */
async function offered(door: Door, taker: string): Promise<string> {
  const file = path.join(door.harness.directory, 'offered.mp4');
  await writeFile(file, content);
  const { size, mtimeNs } = await stat(file, { bigint: true });
  return door.exchange.offered.offer({ path: file, bytes: Number(size), modified: String(mtimeNs) }, taker);
}

/** With a word or without one: a connection for files waits for nothing when it is closed. */
const cut: readonly number[] = [1006, 1008];

interface Asked {
  readonly ticket: string;
  readonly offset?: number;
  readonly length?: number;
}

/** What comes back: the bytes, or the code of the refusal; undefined when the connection is cut. */
async function ask(
  client: RawClient,
  { ticket, offset = 0, length = content.length }: Asked,
): Promise<string | undefined> {
  client.send(JSON.stringify({ t: 'get', id: 7, ticket, offset, length }));
  const frame = await client.frame();
  if (!frame || frame.opcode === 8) return undefined;
  if (frame.opcode === 2) return frame.payload.subarray(rangeHeaderBytes).toString('utf8');
  return (JSON.parse(frame.payload.toString('utf8')) as { error: { code: string } }).error.code;
}

async function withTicket(
  door: Door,
  attack: (mine: { ticket: string; client: RawClient; known: Known }) => Promise<void>,
): Promise<void> {
  const known = await door.knows('worker');
  const client = await atFiles(door, known);
  await attack({ ticket: await offered(door, known.id), client, known });
  client.end();
}

export const fileAttacks: readonly Attack[] = [
  {
    name: 'ticket for a file that was given to another worker',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        const other = await atFiles(door, await door.knows('worker'));
        assert.equal(await ask(other, { ticket }), 'forbidden');
        other.end();
        assert.equal(await ask(client, { ticket }), content, 'whose it is');
      }),
  },
  {
    name: 'ticket whose time is over',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        assert.equal(await ask(client, { ticket }), content);
        const { ticketMinutes } = door.exchangeSettings;
        door.exchangeSettings.ticketMinutes = 0;
        assert.equal(await ask(client, { ticket }), 'forbidden');
        door.exchangeSettings.ticketMinutes = ticketMinutes;
      }),
  },
  {
    name: 'ticket of an attempt that has ended',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        await door.exchange.offered.withdraw(ticket);
        assert.equal(await ask(client, { ticket }), 'forbidden');
      }),
  },
  {
    name: 'tickets that somebody has made: the same answer, and none for a path',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        const near = `${ticket.slice(0, -2)}${ticket.endsWith('AA') ? 'BB' : 'AA'}`;
        for (const made of [near, 'A'.repeat(ticket.length)])
          assert.equal(await ask(client, { ticket: made }), 'forbidden');
        assert.equal(await ask(client, { ticket: '../../etc/passwd' }), undefined);
      }),
  },
  {
    name: 'ranges beyond a file, before it, or too large',
    attack: (door) =>
      withTicket(door, async ({ ticket, client, known }) => {
        for (const range of [{ offset: 1 }, { length: rangeBytes }, { offset: 2 ** 52, length: 1 }])
          assert.equal(await ask(client, { ticket, ...range }), 'request-invalid');
        for (const range of [{ offset: -1 }, { length: 0 }, { length: rangeBytes + 1 }, { offset: 0.5 }]) {
          const another = await atFiles(door, known);
          assert.equal(await ask(another, { ticket, ...range }), undefined);
          another.end();
        }
      }),
  },
  {
    name: 'file that was exchanged for another one after it was offered',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        await writeFile(path.join(door.harness.directory, 'offered.mp4'), 'a secret, of the same length.');
        assert.equal(await ask(client, { ticket }), 'source-changed');
      }),
  },
  {
    name: 'questions for files without an end: cut off',
    attack: (door) =>
      withTicket(door, async ({ ticket, client }) => {
        const question = JSON.stringify({ t: 'get', id: 1, ticket, offset: 0, length: content.length });
        for (let each = 0; each < 2_000; each += 1) client.send(question);
        assert.ok(cut.includes(await client.closeCode()));
      }),
  },
  {
    name: 'client that shows the ticket of somebody else',
    attack: (door) =>
      withTicket(door, async ({ ticket }) => {
        const thief = await atFiles(door, await door.knows('client'));
        assert.equal(await ask(thief, { ticket }), 'forbidden');
        thief.end();
      }),
  },
  ...(['admin', 'replica'] as const satisfies IdentityRole[]).map((role) => ({
    name: `${role} that asks for files`,
    attack: async (door: Door) => {
      const client = await atFiles(door, await door.knows(role));
      assert.ok(cut.includes(await client.closeCode()));
      client.end();
    },
  })),
];
