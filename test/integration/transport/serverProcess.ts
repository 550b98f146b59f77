/** A server in a process of its own, to be killed. Tells its URL to the parent. */
import { servePeer } from '../../unit/protocol/conversation.ts';
import { startServer } from './server.ts';

const server = await startServer({
  onChannel: (channel) => {
    servePeer(channel);
  },
});
process.send?.(server.listener.url);
process.on('disconnect', () => process.exit());
