/** How much of plugins a tenant may have, and whether one more fits. */

export interface PluginQuota {
  /** Versions that can be called. */
  readonly versions: number;
  /** Of all those, as they are stored. */
  readonly bytes: number;
  /** Uploads that were not there before, in a day of UTC. */
  readonly newPerDay: number;
}

export interface CountedVersion {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of what was uploaded. */
  readonly upload: string;
  readonly size: number;
  readonly createdAt: number;
  /** False: deleted, and its number kept. */
  readonly isLive: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Why it does not fit. A version that is there already takes nothing more. */
export function quotaFault(
  stored: readonly CountedVersion[],
  added: Pick<CountedVersion, 'name' | 'version' | 'upload' | 'size'>,
  { quota, now }: { readonly quota: PluginQuota; readonly now: number },
): string | undefined {
  const live = stored.filter(({ isLive }) => isLive);
  if (live.some(({ name, version }) => name === added.name && version === added.version)) {
    return undefined;
  }
  if (live.length >= quota.versions) return `${live.length} versions are there already`;
  const bytes = live.reduce((sum, { size }) => sum + size, added.size);
  if (bytes > quota.bytes) return `all versions together would have ${bytes} bytes`;
  if (stored.some(({ upload }) => upload === added.upload)) return undefined;
  const dayStart = now - (now % DAY_MS);
  const today = stored.filter(({ createdAt }) => createdAt >= dayStart);
  const fresh = new Set(today.map(({ upload }) => upload)).size;
  return fresh < quota.newPerDay ? undefined : `${fresh} new modules have come today`;
}
