/** `plugins`: how many and how large a tenant's plugins may be. */
import * as z from 'zod';
import { callLimits } from '../../core/plugin/manifest-schema.ts';

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
  /** Requests that one plugin may send to one host in a minute. */
  max_requests_per_minute: z.int().min(1).max(1_000_000).default(600),
  /** For every call of every plugin of the tenant. */
  limits: callLimits.prefault({}),
  max_new_per_day: z.int().min(0).max(1_000_000).default(2_000),
});
