import * as z from 'zod';

/**
 * Imported before every schema: zod asks whether it may compile them with `new Function`, which the page's
 * content policy refuses and reports.
 */
z.config({ jitless: true });
