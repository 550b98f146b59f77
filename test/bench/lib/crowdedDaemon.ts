/**
 * `dffmpeg serve` for the state folder in DFFMPEG_STATE_DIR, from source, with a worker that encodes nothing and tells
 * of the progress of 20 jobs four times a second.
 */
import { serve } from '../../../src/daemon/serve.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { SimulatedWorker } from './simulatedWorker.ts';

const stateDir = process.env['DFFMPEG_STATE_DIR'];
if (stateDir === undefined) throw new Error('DFFMPEG_STATE_DIR is not set.');
const running = 20;
const progressMs = 250;

process.exitCode = await serve(
  { stateDir, flags: {}, env: {} },
  {
    onQueue: (coordinator) => {
      const [ours, theirs] = createMemoryChannelPair();
      void coordinator.attachWorker(ours);
      const worker = new SimulatedWorker(theirs, () => undefined);
      void worker.register('farm', { cpu: running, probe: 1 });
      let fraction = 0;
      const timer = setInterval(() => {
        fraction = Math.min(0.99, fraction + 0.0005);
        worker.tellProgress({ fraction, framesPerSecond: 240, speed: 10, eta: 600, outTime: 600 * fraction });
      }, progressMs);
      ours.onClose(() => {
        clearInterval(timer);
      });
    },
  },
);
