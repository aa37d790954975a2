/** What a tenant's settings say of models. */
import type { Result } from '../../core/errors.ts';
import type { Ports, Tenant } from '../ports.ts';
import type { OwnServer } from '../ports/models.ts';
import { NO_MODEL_SETTINGS } from '../settings/models.ts';
import type { ModelSettings } from '../settings/models.ts';
import type { PriceTable, VoicePriceTable } from '../settings/prices.ts';
import { readSettings } from '../settings/sections.ts';
import type { SpendSettings } from '../settings/spend.ts';
import { findOwnServer } from './own-servers.ts';

export interface ModelRules {
  readonly models: ModelSettings;
  readonly prices: PriceTable;
  readonly voicePrices?: VoicePriceTable;
  /** The tenant's own server of a provider's name, with its key. Absent: it has none of any. */
  readonly findServer?: (provider: string) => Promise<Result<OwnServer | undefined>>;
}

export type ReadRules = (tenant: Tenant) => Promise<ModelRules>;

export const noRules: ReadRules = async () => ({ models: NO_MODEL_SETTINGS, prices: {} });

/** What a tenant may spend; one of several partitions, which do not see one another, has its share. */
export function createCaps(
  ports: Pick<Ports, 'settings'>,
  partitions = 1,
): (tenant: Tenant) => Promise<SpendSettings> {
  return async (tenant) => {
    const { max_usd_per_day: day, max_usd_per_month: month } = await readSettings(
      ports,
      tenant,
      'spend',
    );
    return {
      ...(day !== undefined && { max_usd_per_day: day / partitions }),
      ...(month !== undefined && { max_usd_per_month: month / partitions }),
    };
  };
}

export function createRules(ports: Pick<Ports, 'settings' | 'secrets' | 'egress'>): ReadRules {
  return async (tenant) => {
    const [models, prices] = await Promise.all([
      readSettings(ports, tenant, 'models'),
      readSettings(ports, tenant, 'prices'),
    ]);
    const { servers } = models;
    return {
      // SAFETY: zod's JSON is JSON, without our readonly.
      models: models as unknown as ModelSettings,
      prices: prices.models,
      voicePrices: prices.voices,
      findServer: (provider) => {
        const deps = { secrets: ports.secrets, policy: ports.egress.policy };
        return findOwnServer(deps, tenant, { servers, provider });
      },
    };
  };
}
