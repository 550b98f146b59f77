/**
 * The rooms of src/ and the arrows between them: the one table that lint, the import test and
 * docs/architecture.md read. `pure` rooms do no input or output: clock, random and platform are parameters.
 */
export const rooms = {
  encoding: {
    imports: [],
    pure: true,
    does: 'what an encode is: preset, probe model, arguments, progress, verdict',
  },
  protocol: {
    imports: ['encoding'],
    pure: true,
    does: 'what processes say: methods, frames, peer, handshake, errors',
  },
  transport: { imports: ['protocol', 'encoding'], does: 'carries frames: memory, WebSocket' },
  files: { imports: ['transport', 'protocol', 'encoding'], does: 'bytes: source identity, result placing' },
  client: { imports: ['protocol', 'transport', 'encoding'], does: 'finds, starts and talks to the daemon' },
  worker: { imports: ['files', 'transport', 'protocol', 'encoding'], does: 'one render node' },
  coordinator: { imports: ['files', 'transport', 'protocol', 'encoding'], does: 'the queue' },
  daemon: {
    imports: ['worker', 'coordinator', 'client', 'files', 'transport', 'protocol', 'encoding'],
    does: 'composition of serve: config, listen, idle',
  },
  cli: { imports: ['client', 'protocol', 'transport', 'encoding', 'daemon'], does: 'the dffmpeg command' },
  extension: { imports: ['client', 'protocol', 'encoding', 'transport'], does: 'VS Code' },
  webview: { imports: ['protocol', 'encoding'], pure: true, does: "the status page's browser code" },
};
