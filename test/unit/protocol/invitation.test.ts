import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makePairingCode } from '../../../src/protocol/pairingCode.ts';
import { invitationLink, parseInvitation } from '../../../src/protocol/invitation.ts';

const pin = `sha256//${'A'.repeat(43)}=`;
const code = 'K7QD-2MXA-9TBC-04ZR';
const invitation = { url: 'wss://192.0.2.7:7451/channel', pin, code, name: 'attic' };

describe('a link that invites', () => {
  it('says the same after it was copied, for the command line and for VS Code', () => {
    const codes = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(makePairingCode);
    const names = fc
      .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
      .filter((name) => !/\p{Cc}/u.test(name));
    fc.assert(
      fc.property(codes, names, fc.constantFrom('dffmpeg', 'vscode'), (anyCode, name, place) => {
        const invited = { ...invitation, code: anyCode, name };
        assert.deepEqual(parseInvitation(` ${invitationLink(invited, place)}\n`), invited);
      }),
    );
  });

  const link = invitationLink(invitation, 'dffmpeg');
  const said = (changes: object): string =>
    `dffmpeg://add-worker?w=${Buffer.from(JSON.stringify({ ...invitation, ...changes })).toString('base64url')}`;
  const wrong: Record<string, string> = {
    'another place': link.replace('add-worker', 'remove-worker'),
    'another program': link.replace('dffmpeg:', 'https:'),
    'no encryption': said({ url: 'ws://192.0.2.7:7451/channel' }),
    'a name and a password': said({ url: 'wss://me:secret@192.0.2.7:7451/channel' }),
    'another path': said({ url: 'wss://192.0.2.7:7451/files' }),
    'no pin': said({ pin: undefined }),
    'a pin that is none': said({ pin: 'sha256//!!' }),
    'no code': said({ code: '' }),
    'a name with line breaks': said({ name: 'attic\nnode' }),
    'something else beside': said({ more: 1 }),
    'half of it': link.slice(0, 60),
    'what is no JSON': 'dffmpeg://add-worker?w=____',
    nothing: '',
  };
  it('is for one thing alone', () => {
    const fleet = invitationLink(invitation, 'vscode', 'fleet');
    assert.match(fleet, /^vscode:\/\/dffmpeg\.dffmpeg\/connect-fleet\?w=/);
    assert.deepEqual(parseInvitation(fleet, 'fleet'), invitation);
    assert.equal(parseInvitation(fleet), undefined);
    assert.equal(parseInvitation(link, 'fleet'), undefined);
  });
  it('is as long as a line', () => {
    assert.equal(parseInvitation(said({}))?.name, 'attic');
    assert.ok(link.length < 300, `${link.length}`);
  });
  for (const [what, text] of Object.entries(wrong))
    it(`is none with ${what}`, () => {
      assert.equal(parseInvitation(text), undefined);
    });
});
