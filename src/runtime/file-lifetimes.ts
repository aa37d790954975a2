/** How long files are kept that nobody has said it of: what runs make, as long as runs. */
import type { Clock, Files, Tenant } from './ports.ts';

export interface FileLifetimes {
  readonly runsMs: number;
  /** Of what was uploaded; absent: until it is deleted. */
  readonly filesMs?: number;
}

export function withLifetimes(
  files: Files,
  {
    clock,
    lifetimes,
  }: {
    readonly clock: Pick<Clock, 'now'>;
    readonly lifetimes: (tenant: Tenant) => Promise<FileLifetimes>;
  },
): Files {
  return {
    ...files,
    async put(tenant, id, upload) {
      if (upload.expiresAt !== undefined) return files.put(tenant, id, upload);
      const { runsMs, filesMs } = await lifetimes(tenant);
      const ms = upload.byRun === true ? runsMs : filesMs;
      const expiresAt = ms === undefined ? {} : { expiresAt: clock.now() + ms };
      return files.put(tenant, id, { ...upload, ...expiresAt });
    },
  };
}
