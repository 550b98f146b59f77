import * as z from 'zod';

/** What names a listener's key, see `pinOf`: 32 bytes in base64. */
export const pinSchema = z.string().regex(/^sha256\/\/[0-9A-Za-z+/]{43}=$/);
