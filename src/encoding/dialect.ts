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
});

export type Dialect = z.output<typeof dialectSchema>;

/** What a trial run proved: an encoder is offered exactly if its trial worked. */
export const encoderCapabilitySchema = z.discriminatedUnion('usable', [
  z.object({
    usable: z.literal(true),
    /** Pixel formats in a preset's words (`yuv420p10le`) that were tried and worked; none for sound. */
    pixelFormats: z.array(z.string()),
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
