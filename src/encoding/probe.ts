import * as z from 'zod';
import { tagSchema } from './tags.ts';

/** What is known of a media file: the part of ffprobe's output that arguments, verdict and views need. */

/** HDR10's static metadata, as the standards give them: chromaticities in units of 0.00002, luminance of 0.0001 cd/m². */
const masteringDisplaySchema = z.object({
  red: z.tuple([z.int(), z.int()]),
  green: z.tuple([z.int(), z.int()]),
  blue: z.tuple([z.int(), z.int()]),
  whitePoint: z.tuple([z.int(), z.int()]),
  minLuminance: z.int(),
  maxLuminance: z.int(),
});

const contentLightSchema = z.object({
  /** cd/m² */
  maxContent: z.int(),
  maxAverage: z.int(),
});

export const probeStreamSchema = z.object({
  /** ffmpeg's number of the stream in the file. */
  index: z.int().min(0),
  type: z.enum(['video', 'audio', 'subtitle', 'data', 'attachment', 'unknown']),
  codec: z.string(),
  /** ffprobe's words: `High`, `Main 10`, `LC`. */
  profile: z.string().optional(),
  /** Four letters of the container: `hvc1`, `avc1`, `tmcd`. */
  codecTag: z.string().optional(),
  /** Seconds. */
  duration: z.number().optional(),
  /** Seconds at which the stream's first packet lies. */
  startTime: z.number().optional(),
  bitRate: z.number().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  /** Frames per second, from avg_frame_rate. */
  frameRate: z.number().optional(),
  /** Whether r_frame_rate and avg_frame_rate agree. */
  variableFrameRate: z.boolean().optional(),
  frames: z.int().optional(),
  /** Frames are stored in another order than they are shown in (B-frames). */
  reordered: z.boolean().optional(),
  pixelFormat: z.string().optional(),
  /** Width of a pixel by its height; missing where unknown, which players take as 1. */
  sampleAspectRatio: z.number().optional(),
  /** `progressive`, `tt`, `bb`, `tb`, `bt`: which field is first stored, first shown; missing where unknown. */
  fieldOrder: z.string().optional(),
  /** The first frames are marked as interlaced. Missing where not looked at. */
  interlacedFrames: z.boolean().optional(),
  /** `tv` (limited) or `pc` (full). */
  colorRange: z.string().optional(),
  /** ffmpeg's name of the matrix: `bt709`, `smpte170m`, `bt2020nc`. */
  colorSpace: z.string().optional(),
  colorPrimaries: z.string().optional(),
  /** ffmpeg's name of the transfer curve: `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG). */
  colorTransfer: z.string().optional(),
  chromaLocation: z.string().optional(),
  masteringDisplay: masteringDisplaySchema.optional(),
  contentLight: contentLightSchema.optional(),
  /** Profile of a Dolby Vision configuration, where there is one. */
  dolbyVisionProfile: z.int().optional(),
  /** HDR10+: metadata that change from scene to scene. */
  hdr10Plus: z.boolean().optional(),
  /** How the pictures for both eyes lie in it, in ffmpeg’s words: `side by side`, `top and bottom`. */
  stereo3d: z.string().optional(),
  /** How a whole sphere lies in it, in ffmpeg’s words: `equirectangular`, `cubemap`. */
  spherical: z.string().optional(),
  /** WebM's way: its transparency lies beside the picture, and decoders pass it by. */
  alphaBeside: z.boolean().optional(),
  /** What else ffprobe tells of the track beside its data, by its own names. */
  otherSideData: z.array(z.string()).optional(),
  /** Degrees, from the display matrix, clockwise, 0 to 359. */
  rotation: z.number().optional(),
  /** H.264 and MPEG-2 may carry captions inside the picture. */
  closedCaptions: z.boolean().optional(),
  channels: z.int().optional(),
  channelLayout: z.string().optional(),
  sampleRate: z.number().optional(),
  /** Bits of a sample of sound that is stored without loss. */
  bitsPerSample: z.int().optional(),
  /** Still pictures inside audio or video files: cover art, never the picture to encode. */
  attachedPicture: z.boolean(),
  default: z.boolean(),
  forced: z.boolean().optional(),
  commentary: z.boolean().optional(),
  /** Three letters mostly; missing where undetermined. */
  language: z.string().optional(),
  title: z.string().optional(),
  /** Of an attachment. */
  fileName: z.string().optional(),
  mimeType: z.string().optional(),
});

/** As text: too many for a number. */
const nanoseconds = z.string().regex(/^-?\d+$/u);

export const probeSchema = z.object({
  /** ffprobe's format_name, a comma-separated list of demuxer names: `mov,mp4,m4a,3gp,3g2,mj2`. */
  formatName: z.string(),
  /** Seconds; missing where the container does not say. */
  duration: z.number().optional(),
  /** Seconds at which the first packet lies. */
  startTime: z.number().optional(),
  bytes: z.number(),
  /** The file that was looked at, so that another one, or another state of it, is known; times in nanoseconds since the epoch. */
  state: z.object({ inode: z.string(), modified: nanoseconds, changed: nanoseconds }).optional(),
  bitRate: z.number().optional(),
  /** Number of chapters. */
  chapters: z.int().optional(),
  /** Number of programs: an MPEG-TS may carry several. */
  programs: z.int().optional(),
  /** Of the file and its tracks. Missing where not looked at. */
  tags: z.array(tagSchema).optional(),
  streams: z.array(probeStreamSchema),
});

export type ProbeStream = z.output<typeof probeStreamSchema>;
export type Probe = z.output<typeof probeSchema>;
export type MasteringDisplay = z.output<typeof masteringDisplaySchema>;
export type ContentLight = z.output<typeof contentLightSchema>;
