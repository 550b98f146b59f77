/** `queueProcess.ts DIRECTORY`: gives out what waits in that store and says each assignment, to be killed among them. */
import { QueueUnderLoad } from './queueUnderLoad.ts';

const queue = await QueueUnderLoad.open(process.argv[2] ?? '');
queue.onOffer = ({ taskId, fence }) => process.stdout.write(`${taskId} ${fence} .\n`);
await queue.attachWorkers(10_000);
