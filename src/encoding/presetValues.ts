import * as z from 'zod';

/** Values that several parts of a preset share, and what they mean. */

/** Seconds, or `[hours:]minutes:seconds` with a fraction. */
export const timeSchema = z.union([
  z.number().min(0).max(360_000),
  z.string().regex(/^(?:(?:\d{1,2}:)?[0-5]?\d:)?[0-5]?\d(?:\.\d{1,6})?$/, {
    message: 'A time is a number of seconds, or text such as 1:30 or 0:01:30.5.',
  }),
]);

/** `2500k`, `4M`: bits per second. */
export const bitrateSchema = z.string().regex(/^\d+(\.\d+)?[kM]$/, {
  message: 'A bit rate is a number with k or M, such as 2500k or 4M.',
});

/** `25MB`, `700kB`, `1.5GB`: bytes, by powers of ten. */
export const sizeSchema = z.string().regex(/^\d+(\.\d+)?[kMG]B$/, {
  message: 'A size is a number with kB, MB or GB, such as 25MB.',
});

/**
 * A file that the picture needs (a LUT, a watermark, subtitles): below the folder of the source, so that a preset
 * that somebody else wrote reads nothing else. Variables are those of output templates that name the source.
 */
export const assetSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((path) => isBelow(path), {
    message: 'The file must lie in the folder of the source or below: neither an absolute path nor “..”.',
  });

/** An `assetSchema` of one of these kinds, by its extension: each is opened as what it is called, and as nothing else. */
export function assetOf(...extensions: readonly string[]) {
  return assetSchema.refine(
    (path) => extensions.some((extension) => path.toLowerCase().endsWith(`.${extension}`)),
    { message: `The file must be a ${extensions.join(', ')}.` },
  );
}

function isBelow(path: string): boolean {
  if (/^[/\\~]|^[A-Za-z]:|\0|\n|^\w+:/u.test(path)) return false;
  return path.split(/[/\\]/u).every((part) => part !== '..' && part !== '');
}

/** Seconds of a `timeSchema` value. */
export function seconds(time: z.output<typeof timeSchema>): number {
  if (typeof time === 'number') return time;
  return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Bits per second of a `bitrateSchema` value. */
export function bitsPerSecond(rate: string): number {
  return Number.parseFloat(rate) * (rate.endsWith('M') ? 1e6 : 1e3);
}

/** Bytes of a `sizeSchema` value. */
export function bytesOf(size: string): number {
  const unit = { k: 1e3, M: 1e6, G: 1e9 }[size.at(-2) ?? ''] ?? 1;
  return Number.parseFloat(size) * unit;
}
