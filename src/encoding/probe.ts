import * as z from 'zod';

/** What is known of a media file: the part of ffprobe's output that arguments, verdict and views need. */
export const probeStreamSchema = z.object({
  index: z.int().min(0),
  type: z.enum(['video', 'audio', 'subtitle', 'data', 'attachment', 'unknown']),
  codec: z.string(),
  /** Seconds. */
  duration: z.number().optional(),
  /** Seconds at which the stream's first packet lies. */
  startTime: z.number().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  /** Frames per second, from avg_frame_rate. */
  frameRate: z.number().optional(),
  /** Whether r_frame_rate and avg_frame_rate agree. */
  variableFrameRate: z.boolean().optional(),
  frames: z.int().optional(),
  pixelFormat: z.string().optional(),
  /** Width of a pixel by its height; missing where unknown, which players take as 1. */
  sampleAspectRatio: z.number().optional(),
  /** ffmpeg's name of the transfer curve: `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG). */
  colorTransfer: z.string().optional(),
  /** Degrees, from the display matrix, clockwise, 0 to 359. */
  rotation: z.number().optional(),
  channels: z.int().optional(),
  channelLayout: z.string().optional(),
  sampleRate: z.number().optional(),
  /** Still pictures inside audio or video files: cover art, never the picture to encode. */
  attachedPicture: z.boolean(),
  default: z.boolean(),
  language: z.string().optional(),
});

export const probeSchema = z.object({
  /** ffprobe's format_name, a comma-separated list of demuxer names: `mov,mp4,m4a,3gp,3g2,mj2`. */
  formatName: z.string(),
  /** Seconds; missing where the container does not say. */
  duration: z.number().optional(),
  /** Seconds at which the first packet lies. */
  startTime: z.number().optional(),
  bytes: z.number(),
  bitRate: z.number().optional(),
  streams: z.array(probeStreamSchema),
});

export type ProbeStream = z.output<typeof probeStreamSchema>;
export type Probe = z.output<typeof probeSchema>;
