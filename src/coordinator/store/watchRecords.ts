import * as z from 'zod';
import { idSchema, pathSchema, presetSnapshotSchema } from '../../protocol/model.ts';
import { watchFolderSpecSchema, watchOrigins } from '../../protocol/watchFolder.ts';

/** A folder that a person has activated. */
export const watchFolderRecordSchema = z.object({
  id: idSchema,
  origin: z.enum(watchOrigins),
  spec: watchFolderSpecSchema,
  /** As it was at the activation, where the daemon does not know it by its name. */
  preset: presetSnapshotSchema.shape.preset.optional(),
  paused: z.boolean(),
  /** Milliseconds since the epoch. */
  activatedAt: z.number(),
});

/** A file that is not looked at again. */
export const watchedFileRecordSchema = z.object({
  /** Its content (`contentKey`), or its identity (`identity-…`) where nobody read it. Unique in its folder. */
  fileKey: z.string().min(1).max(128),
  path: pathSchema,
  inodeKey: z.string().max(64),
  pathKey: z.string().max(64),
  bytes: z.number(),
  state: z.enum(['submitted', 'existing', 'same', 'own']),
  jobId: idSchema.optional(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

export type WatchFolderRecord = z.output<typeof watchFolderRecordSchema>;
export type WatchedFileRecord = z.output<typeof watchedFileRecordSchema>;
/** What tells a file again without reading it: by its inode, or, where inodes do not last, by its path. */
export type IdentityKeys = Pick<WatchedFileRecord, 'inodeKey' | 'pathKey'>;
