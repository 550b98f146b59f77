export const faultNames = [
  'stop the daemon',
  'kill the daemon',
  'kill ffmpeg',
  'kill both',
  'power cut',
  'disk full',
  'destination gone',
] as const;
export type FaultName = (typeof faultNames)[number];
