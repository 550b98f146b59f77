import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { installLine } from '../../../../src/daemon/install/installLine.ts';
import { installScript } from '../../../../src/daemon/install/installScript.ts';

const fingerprint = `sha256//${'A'.repeat(43)}=`;
const digest = 'ab'.repeat(32);
const packed = { file: '/state/install/program.tgz', bytes: 1_000_000, digest };

describe('what is pasted on a bare machine', () => {
  it('names the pin, the address and the code', () => {
    assert.equal(
      installLine({ url: 'wss://192.0.2.7:7450/channel', fingerprint }, 'K7QD-2MXA-9TBC-04ZR'),
      `curl -fsSk --pinnedpubkey '${fingerprint}' https://192.0.2.7:7450/install | sh -s -- K7QD-2MXA-9TBC-04ZR`,
    );
  });

  it('quotes what a shell would take for a pattern', () => {
    const line = installLine({ url: 'wss://[2001:db8::1]:7450/channel', fingerprint }, 'K7QD');
    assert.ok(line.includes(" 'https://[2001:db8::1]:7450/install' | sh"), line);
  });

  for (const node of [undefined, { ...packed, version: '24.1.0', platform: 'linux-x64' }])
    it(`runs a script that every shell reads (${node ? 'with' : 'without'} Node)`, function () {
      if (process.platform === 'win32') this.skip();
      const url = "wss://it's:7450/channel";
      const script = installScript(
        { url, fingerprint },
        { name: '0.1.0-abcdef012345', program: packed, node },
      );
      execFileSync('sh', ['-n'], { input: script });
      // What the last line calls is all that it does.
      const values = execFileSync('sh', [
        '-c',
        `${script.replace(/main "\$@"\n$/, '')}\necho "$join $node_platform"`,
      ]);
      assert.equal(values.toString(), `${url} ${node?.platform ?? ''}\n`);
    });
});
