import * as z from 'zod';

/**
 * The facts that say how one ffmpeg binary wants its arguments, found by trial on that binary. Never a
 * version that is compared: `version` is for people to read.
 */
export const dialectSchema = z.object({
  version: z.string(),
  /** `-fps_mode` (ffmpeg 5.1 on) or `-vsync`. */
  frameRateModeOption: z.enum(['-fps_mode', '-vsync']),
  /** How `-enc_time_base` names the source's clock: `demux`, or `-1` (also where missing) before ffmpeg 6.1. */
  sourceTimeBase: z.enum(['demux', '-1']).optional(),
  /** Demuxer names that the binary has, one each (`mov`, `mp4`); the one to force must be among them. */
  demuxers: z.array(z.string()),
  /** Names of muxers, decoders and filters that the binary has. */
  muxers: z.array(z.string()),
  decoders: z.array(z.string()),
  filters: z.array(z.string()),
  /** Facts proved by a run each, see dialectTrials.ts: what is missing here did not work or was not tried. */
  features: z.array(z.string()),
  /** Feature → last lines of ffmpeg's stderr where its run failed, for a person. */
  refusals: z.record(z.string(), z.string()),
});

export type Dialect = z.output<typeof dialectSchema>;

/** What a trial run proved: an encoder is offered exactly if its trial worked. */
export const encoderCapabilitySchema = z.discriminatedUnion('usable', [
  z.object({
    usable: z.literal(true),
    /** Pixel formats in a preset's words (`yuv420p10le`) that were tried and worked; none for sound. */
    pixelFormats: z.array(z.string()),
    /** Hardware alone: B-frames worked. */
    bFrames: z.boolean().optional(),
    /** The largest size in pixels that was tried and worked, where not every size does. */
    maxSize: z.tuple([z.int(), z.int()]).optional(),
    /** Variant (`yuv444p`, `b-frames`, `7680x4320`) → last lines of ffmpeg's stderr from its trial. */
    refusals: z.record(z.string(), z.string()).optional(),
  }),
  z.object({
    usable: z.literal(false),
    /** Last lines of ffmpeg's stderr from the trial, for a person. */
    refusal: z.string(),
  }),
]);
export type EncoderCapability = z.output<typeof encoderCapabilitySchema>;

export const capabilitiesSchema = z.record(z.string(), encoderCapabilitySchema);
/** Encoder name → what its trial showed. An encoder that is missing here has not been tried yet. */
export type Capabilities = z.output<typeof capabilitiesSchema>;
