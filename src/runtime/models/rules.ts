/** What a tenant's settings say of models. */
import type { Ports, Tenant } from '../ports.ts';
import { NO_MODEL_SETTINGS } from '../settings/models.ts';
import type { ModelSettings } from '../settings/models.ts';
import type { PriceTable } from '../settings/prices.ts';
import { readSettings } from '../settings/sections.ts';

export interface ModelRules {
  readonly models: ModelSettings;
  readonly prices: PriceTable;
}

export type ReadRules = (tenant: Tenant) => Promise<ModelRules>;

export const noRules: ReadRules = async () => ({ models: NO_MODEL_SETTINGS, prices: {} });

export function createRules(ports: Pick<Ports, 'settings'>): ReadRules {
  return async (tenant) => {
    const [models, prices] = await Promise.all([
      readSettings(ports, tenant, 'models'),
      readSettings(ports, tenant, 'prices'),
    ]);
    // SAFETY: zod's JSON is JSON, without our readonly.
    return { models: models as unknown as ModelSettings, prices: prices.models };
  };
}
