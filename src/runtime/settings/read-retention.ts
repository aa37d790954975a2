/** How long a tenant's runs are kept, in milliseconds. */
import type { Ports, Tenant } from '../ports.ts';
import { readSettings } from './sections.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export async function readRetention(
  ports: Pick<Ports, 'settings'>,
  tenant: Tenant,
): Promise<{ readonly runsMs: number; readonly historyMs: number }> {
  const { runs_days: runs, history_days: history } = await readSettings(ports, tenant, 'retention');
  return { runsMs: runs * DAY_MS, historyMs: Math.min(history ?? runs, runs) * DAY_MS };
}
