/** Every command of the extension. A test holds this list against package.json, both ways. */
export const commandIds = [
  'dffmpeg.encode',
  'dffmpeg.encodeWithPreset',
  'dffmpeg.newPreset',
  'dffmpeg.openStatus',
  'dffmpeg.installFfmpeg',
  'dffmpeg.showDaemonLog',
  'dffmpeg.startDaemon',
  'dffmpeg.cancelJob',
  'dffmpeg.retryJob',
  'dffmpeg.revealResult',
  'dffmpeg.openResult',
  'dffmpeg.revealSource',
  'dffmpeg.openLog',
  'dffmpeg.copyCommand',
  'dffmpeg.showOlder',
  'dffmpeg.encodeWithThisPreset',
  'dffmpeg.setDefaultPreset',
  'dffmpeg.editPreset',
] as const;
export type CommandId = (typeof commandIds)[number];
