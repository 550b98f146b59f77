import { pairingOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { Sandbox, type Running } from '../cli/harness.ts';
import { Relay } from '../support/relay.ts';
import { RemoteHost, soon } from './remoteHost.ts';
import { TwoMachines } from './twoMachines.ts';

/** A person’s machine, which gives its encodes to a fleet: a server with a node, over a cable of its own. */
export class FleetClient extends TwoMachines {
  /** Between this machine and the server; `dialler` is this one. */
  readonly relay: Relay;
  readonly host: RemoteHost;
  #serving: Running | undefined;

  private constructor(host: RemoteHost, desk: Sandbox, relay: Relay) {
    super(desk, host.node);
    this.host = host;
    this.relay = relay;
  }

  /** The fleet: a coordinator that encodes nothing, and a node. */
  static fleet(): Promise<RemoteHost> {
    return RemoteHost.start({}, 'the node', undefined, ['coordinator', 'run']);
  }

  /** Connects one more machine to it, which encodes nothing itself unless `env` says so. */
  static async connect(
    host: RemoteHost,
    env: Record<string, string> = {},
    bytesASecond?: number,
  ): Promise<FleetClient> {
    const relay = await Relay.open(bytesASecond);
    relay.to(host.port);
    const desk = await Sandbox.create({ ...soon, DFFMPEG_SLOTS: 'cpu=0', ...env });
    const client = new FleetClient(host, desk, relay);
    await client.serveAgain();
    const { code, reach } = await host.desk.json(pairingOutputSchema, ['fleet', 'invite']);
    const address = `wss://127.0.0.1:${relay.port}/channel`;
    const pin = reach?.fingerprint ?? '';
    const args = ['fleet', 'connect', address, '--pair', code, '--pin', pin, '--name', 'studio'];
    const connected = await desk.run(args);
    if (connected.code !== 0) throw new Error(connected.stderr);
    return client;
  }

  override get worker(): Running {
    return this.host.worker;
  }

  /** The daemon of this machine. */
  get serving(): Running {
    if (!this.#serving) throw new Error('It has not begun.');
    return this.#serving;
  }

  async serveAgain(): Promise<void> {
    this.#serving = this.desk.start(['serve']);
    await this.#serving.printed('stdout', /"event":"ready"/);
  }

  async close(): Promise<void> {
    this.#serving?.child.kill('SIGKILL');
    await this.#serving?.finished;
    await this.relay.close();
    await this.desk.remove();
  }
}
