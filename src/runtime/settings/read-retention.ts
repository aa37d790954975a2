/** How long a tenant's runs and files are kept, in milliseconds. */
import type { FileLifetimes } from '../file-lifetimes.ts';
import type { Ports, Tenant } from '../ports.ts';
import { readSettings } from './sections.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export async function readRetention(
  ports: Pick<Ports, 'settings'>,
  tenant: Tenant,
): Promise<FileLifetimes & { readonly historyMs: number }> {
  const given = await readSettings(ports, tenant, 'retention');
  const { runs_days: runs, history_days: history = runs, files_days: files } = given;
  return {
    runsMs: runs * DAY_MS,
    historyMs: Math.min(history, runs) * DAY_MS,
    ...(files !== undefined && { filesMs: files * DAY_MS }),
  };
}
