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

/** What of a quota is taken, as far as one upload is concerned. */
export interface QuotaUse {
  /** The version that is to be added can be called already. */
  readonly isThere: boolean;
  /** Its bytes were uploaded before, under whatever name. */
  readonly isKnown: boolean;
  readonly versions: number;
  readonly bytes: number;
  /** Modules that came first today or again today. */
  readonly today: number;
}

export type AddedVersion = Pick<CountedVersion, 'name' | 'version' | 'upload' | 'size'>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** When the day of UTC began. */
export function dayStart(now: number): number {
  return now - (now % DAY_MS);
}

export function countUse(
  stored: Iterable<CountedVersion>,
  added: AddedVersion,
  now: number,
): QuotaUse {
  const start = dayStart(now);
  const today = new Set<string>();
  const use = { isThere: false, isKnown: false, versions: 0, bytes: 0 };
  for (const { name, version, upload, size, createdAt, isLive } of stored) {
    if (upload === added.upload) use.isKnown = true;
    if (createdAt >= start) today.add(upload);
    if (!isLive) continue;
    if (name === added.name && version === added.version) use.isThere = true;
    use.versions += 1;
    use.bytes += size;
  }
  return { ...use, today: today.size };
}

/** Why it does not fit. A version that is there already takes nothing more. */
export function quotaFault(
  { isThere, isKnown, versions, bytes, today }: QuotaUse,
  { size }: AddedVersion,
  quota: PluginQuota,
): string | undefined {
  if (isThere) return undefined;
  if (versions >= quota.versions) return `${versions} versions are there already`;
  const sum = bytes + size;
  if (sum > quota.bytes) return `all versions together would have ${sum} bytes`;
  if (isKnown || today < quota.newPerDay) return undefined;
  return `${today} new modules have come today`;
}
