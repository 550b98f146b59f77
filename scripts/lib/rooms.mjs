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
  transport: {
    imports: ['protocol', 'encoding'],
    does: 'carries frames: memory, WebSocket; the authenticated upgrade',
  },
  files: {
    imports: ['transport', 'protocol', 'encoding'],
    does: 'bytes on disk: locks, source identity, placing a result, scanning folders',
  },
  client: { imports: ['protocol', 'transport', 'encoding'], does: 'finds, starts and talks to the daemon' },
  worker: {
    imports: ['files', 'transport', 'protocol', 'encoding'],
    does: 'one render node: ffmpeg, capabilities, slots, tasks',
  },
  coordinator: {
    imports: ['files', 'transport', 'protocol', 'encoding'],
    does: 'the queue: store, job reducer, scheduler, links to workers and clients',
  },
  daemon: {
    imports: ['worker', 'coordinator', 'client', 'files', 'transport', 'protocol', 'encoding'],
    does: 'composition of `dffmpeg serve`: configuration, listening, idling',
  },
  cli: {
    imports: ['client', 'protocol', 'encoding', 'daemon'],
    does: 'the `dffmpeg` command; `daemon` by dynamic import in `serve` alone',
  },
  extension: { imports: ['client', 'protocol', 'encoding'], does: 'VS Code: commands, views, settings' },
  webview: { imports: ['protocol', 'encoding'], pure: true, does: "the status page's browser code" },
};
