import assert from 'node:assert/strict';
import { pairingLines } from '../../../src/cli/render/pairingLines.ts';
import { userLines, userRows } from '../../../src/cli/render/userTable.ts';
import { styleFor } from '../../../src/cli/style.ts';
import { FakeOutput } from './fakes.ts';

const style = styleFor(new FakeOutput(), {});

describe('what admin and pair print', () => {
  const user = {
    ...{ id: 'farm-7', name: 'Farm 7', role: 'worker' as const, ranges: ['192.0.2.0/24', '::1'] },
    ...{ disabled: false, createdAt: 0, lastSeenAt: 1_000 },
  };

  it('names who may connect, from where, and when each was there last', () => {
    const rows = userRows(
      [
        user,
        { ...user, ranges: [], lastSeenAt: undefined },
        { ...user, disabled: true, lastSeenAt: 3_600_000 },
      ],
      { style, now: 3_601_000 },
    );
    assert.deepEqual(rows, [
      ['NAME', 'ROLE', 'MAY COME FROM', 'LAST SEEN'],
      ['farm-7', 'worker', '192.0.2.0/24, ::1', '1 h 00 min ago'],
      ['farm-7', 'worker', 'everywhere', 'never'],
      ['farm-7', 'worker', 'disabled', 'just now'],
    ]);
    assert.deepEqual(userLines(user, style), [
      'name      farm-7',
      'machine   Farm 7',
      'role      worker',
      'from      192.0.2.0/24, ::1',
      'state     may connect',
      'created   1970-01-01T00:00:00.000Z',
      'seen      1970-01-01T00:00:01.000Z',
    ]);
  });

  it('gives the line to paste where the daemon can be reached, else what to do first', () => {
    const pairing = { code: 'K7QD-2MXA-9TBC-04ZR', expiresAt: 600_000 };
    const reach = { url: 'wss://192.0.2.1:7000/channel', fingerprint: 'sha256//x' };
    const lines = pairingLines({ ...pairing, reach }, { style, now: 0, config: '/state/config.jsonc' });
    assert.deepEqual(lines.slice(0, 2), ['K7QD-2MXA-9TBC-04ZR', 'Good once, for 10 min.']);
    assert.equal(
      lines.at(-1),
      '  dffmpeg worker run --join wss://192.0.2.1:7000/channel --pair K7QD-2MXA-9TBC-04ZR --pin sha256//x',
    );
    const install = 'curl … | sh -s -- K7QD-2MXA-9TBC-04ZR';
    const both = pairingLines(
      { ...pairing, reach: { ...reach, install } },
      { style, now: 0, config: '/state/config.jsonc' },
    );
    // What works on every machine comes first.
    assert.equal(both[4], `  ${install}`);
    assert.equal(both.at(-1), lines.at(-1));
    const alone = pairingLines(pairing, { style, now: 0, config: '/state/config.jsonc' }).join('\n');
    assert.match(
      alone,
      /No other machine can connect to this daemon yet\..*"listen": "0\.0\.0\.0:7450".*\n\/state\/config\.jsonc/,
    );
  });
});
