import * as z from 'zod';

/** What names a file, and the state that it is in, on the machine that has it. */

/** Device and inode name a file whatever its path is; bigint as text, since inodes exceed 2^53 on Windows. */
export const fileIdentitySchema = z.object({ device: z.string(), inode: z.string() });

/** What names a result by its content, so that it is known under any name; a folder has none. */
export const contentSchema = z.string().min(1).max(128);

/** Nanoseconds since the epoch, as text: too many for a number. */
export const nanosecondsSchema = z.string().regex(/^-?\d+$/);

/** What tells a folder’s disk from another one that is seen under its path later. */
export const folderMarkSchema = fileIdentitySchema.extend({
  /** The system’s number for the kind of its file system. */
  kind: z.string(),
  /** How many blocks that has, in all. */
  blocks: z.string(),
  /** When that was made, where it knows. */
  made: nanosecondsSchema.optional(),
  /** Its UUID, where the system tells. */
  volume: z.string().min(1).max(255).optional(),
});

/** A source that a job has set aside: what its folder is called, and where it lies there. */
export const keptSourceSchema = z.object({ jobId: z.string().min(1).max(255), path: z.string().min(1) });

/** What is told of one file; there is one, as a rule. */
export const maxKept = 20;

/** What names one state of a source: another write, another file under its name, another size, all differ. */
export const sourceStateSchema = z.object({
  identity: fileIdentitySchema,
  bytes: z.number(),
  modified: nanosecondsSchema,
  /** The same of the last change of the file or of what is said of it (ctime). */
  changed: nanosecondsSchema.optional(),
  /** What it held before it was encoded, where the result is to replace it: a write that changes none of the above shows. */
  content: contentSchema.optional(),
  /** Of its name, set aside beside it by jobs of which it may be the result; where a result is to replace it. */
  kept: z.array(keptSourceSchema).max(maxKept).optional(),
});

export type KeptSource = z.output<typeof keptSourceSchema>;
export type FolderMark = z.output<typeof folderMarkSchema>;
export type FileIdentity = z.output<typeof fileIdentitySchema>;
export type SourceState = z.output<typeof sourceStateSchema>;
