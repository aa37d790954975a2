/** `plugins`: how many and how large a tenant's plugins may be. */
import * as z from 'zod';

const MIB = 1024 * 1024;

export const pluginSettings = z.strictObject({
  /** Versions that can be called, of all plugins together. */
  max_versions: z.int().min(0).max(100_000).default(2_000),
  /** Bytes of all those versions; bytes under two names count twice. */
  max_bytes: z
    .int()
    .min(0)
    .max(1024 * 1024 * MIB)
    .default(1024 * MIB),
  /** Modules that were not there before, in a day of UTC. Deleting does not give any back. */
  max_new_per_day: z.int().min(0).max(1_000_000).default(2_000),
});
