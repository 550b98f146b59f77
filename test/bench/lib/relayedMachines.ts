import { link, rm } from 'node:fs/promises';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { Sandbox } from '../../integration/cli/harness.ts';
import { RemoteHost } from '../../integration/fleet/remoteHost.ts';
import { FirstFrames } from './firstFrame.ts';

export type Place = 'stream' | 'whole' | 'local';

/** A desk whose encodes run on a node, and a machine that has the files itself. */
export class RelayedMachines {
  readonly host: RemoteHost;
  readonly local: Sandbox;
  readonly #frames: Record<'node' | 'local', FirstFrames>;
  #names = 0;

  private constructor(host: RemoteHost, local: Sandbox, frames: Record<'node' | 'local', FirstFrames>) {
    this.host = host;
    this.local = local;
    this.#frames = frames;
  }

  static async open(staging: string, delayMs: number, bytesASecond?: number): Promise<RelayedMachines> {
    const host = await RemoteHost.start({}, 'the node', bytesASecond);
    host.relay.delayMs = delayMs;
    const local = await Sandbox.create();
    const frames = {
      node: await FirstFrames.make(host.node.file('noting')),
      local: await FirstFrames.make(local.file('noting')),
    };
    local.env['DFFMPEG_FFMPEG'] = frames.local.ffmpeg;
    host.node.env['DFFMPEG_STAGING'] = staging;
    await host.join(['--ffmpeg', frames.node.ffmpeg]);
    return new RelayedMachines(host, local, frames);
  }

  /** Encoders are proved, code is warm. */
  async warm(source: string): Promise<void> {
    await this.whole('stream', source);
    await this.whole('local', source);
  }

  /** Milliseconds from the submission on, and MiB that were fetched by then. The job is cancelled then. */
  async firstFrame(place: Place, source: string): Promise<{ ms: number; mebibytes: number }> {
    const [machine, frames] = this.#at(place);
    const named = await this.#named(machine, source);
    const before = this.host.relay.carried[this.host.toNode];
    let carried = before;
    const noted = frames.next(() => (carried = this.host.relay.carried[this.host.toNode]));
    const begun = Date.now();
    const { stdout } = await machine.run(['encode', named, '--detach']);
    const ms = (await noted) - begun;
    await machine.run(['job', 'cancel', stdout.trim()]);
    await rm(named);
    return { ms, mebibytes: (carried - before) / 1024 / 1024 };
  }

  /** Seconds of a whole encode. */
  async whole(place: Place, source: string): Promise<number> {
    const [machine] = this.#at(place);
    const named = await this.#named(machine, source);
    const begun = performance.now();
    const { code, stderr } = await machine.run(['encode', named]);
    if (code !== 0) throw new DffmpegError('internal', stderr);
    await rm(named);
    return (performance.now() - begun) / 1000;
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.local.remove();
  }

  #at(place: Place): [Sandbox, FirstFrames] {
    return place === 'local' ? [this.local, this.#frames.local] : [this.host.desk, this.#frames.node];
  }

  /** Under another name it is another source: nothing of it is there. */
  async #named(machine: Sandbox, source: string): Promise<string> {
    const named = machine.file(`source-${(this.#names += 1)}.mp4`);
    await link(source, named);
    return named;
  }
}
