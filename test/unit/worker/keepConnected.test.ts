import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { keepConnected } from '../../../src/worker/keepConnected.ts';

const pauses = {
  connectRetryMinSeconds: 0.001,
  connectRetryMaxSeconds: 0.004,
  connectRetryFactor: 2,
  connectRetryJitter: 0.2,
};

describe('staying connected', () => {
  /** Runs `outcomes` in turn: what connecting fails with, or whether the connection was of use; then ends. */
  async function run(outcomes: readonly (Error | boolean)[], given = pauses) {
    const end = new AbortController();
    const told: { code: string; pause: number }[] = [];
    let tries = 0;
    const connect = (): Promise<boolean> => {
      const outcome = outcomes[tries];
      tries += 1;
      if (outcome === undefined) end.abort();
      if (outcome instanceof Error) return Promise.reject(outcome);
      return Promise.resolve(outcome ?? false);
    };
    await keepConnected<boolean>({
      ...{ connect, pauses: given, signal: end.signal, random: () => 0 },
      use: (connection) => Promise.resolve(connection),
      onError: ({ code }, pause) => told.push({ code, pause }),
    });
    return { tries, told };
  }
  const away = new DffmpegError('daemon-unavailable', 'Nobody listens.');

  it('tries again for as long as it is wanted, and says the same reason once until it has been connected', async () => {
    const { tries, told } = await run([away, away, away, true, away, false, away]);
    assert.equal(tries, 8);
    assert.deepEqual(
      told.map(({ code }) => code),
      ['daemon-unavailable', 'daemon-unavailable'],
    );
  });

  it('asks as rarely as there is where it is refused, and says so each time', async () => {
    const refused = new DffmpegError('unauthorized', 'No such key.');
    const { told } = await run([refused, refused, away, true]);
    assert.deepEqual(
      told.map(({ code }) => code),
      ['unauthorized', 'unauthorized', 'daemon-unavailable'],
    );
    assert.equal(told[0]?.pause, pauses.connectRetryMaxSeconds);
  });

  it('asks as rarely also where the waits do not grow', async () => {
    const refused = new DffmpegError('forbidden', 'Not from there.');
    const { told } = await run([refused, refused], { ...pauses, connectRetryFactor: 1 });
    assert.deepEqual(
      told.map(({ pause }) => pause),
      [pauses.connectRetryMaxSeconds, pauses.connectRetryMaxSeconds],
    );
  });

  it('ends at once when it is not wanted any more, also in the middle of a pause', async () => {
    const end = new AbortController();
    const connect = (): Promise<boolean> => {
      setImmediate(() => end.abort());
      return Promise.reject(away);
    };
    await keepConnected<boolean>({
      ...{ connect, signal: end.signal, random: () => 0, onError: () => undefined },
      use: () => Promise.resolve(true),
      pauses: { ...pauses, connectRetryMinSeconds: 1e6, connectRetryMaxSeconds: 1e6 },
    });
  });
});
