/** How often a tenant may ask a provider, in requests and in tokens: shared by all its runs. */
import type { Ports, Tenant } from '../ports.ts';
import type { RateCheck } from '../ports/rate-limiter.ts';
import type { ProviderRate } from '../settings/rates.ts';
import { readSettings } from '../settings/sections.ts';
import type { TaskFailure } from '../tasks/outcome.ts';
import { throttledBy } from './throttle.ts';

export interface ProviderCall {
  readonly provider: string;
  readonly model: string;
  /** Those that the call may cost at most: of its prompt, and those that it may answer with. */
  readonly tokens: number;
}

const MINUTE_MS = 60_000;

/** Undefined: the call may be made, and is counted. Else the step waits by its run's timer. */
export async function throttledByProvider(
  ports: Pick<Ports, 'limiter'> & { readonly settings: Pick<Ports['settings'], 'find'> },
  tenant: Tenant,
  call: ProviderCall,
): Promise<TaskFailure | undefined> {
  const { providers } = await readSettings(ports, tenant, 'rates');
  const names = [call.provider, `${call.provider}/${call.model}`];
  const checks = names.flatMap((name) =>
    Object.hasOwn(providers, name) ? checksOf(name, providers[name], call.tokens) : [],
  );
  if (checks.length === 0) return undefined;
  return throttledBy(await ports.limiter.check(tenant, checks));
}

function checksOf(name: string, rate: ProviderRate | undefined, tokens: number): RateCheck[] {
  if (rate === undefined) return [];
  const { requests_per_minute: requests, tokens_per_minute: perMinute } = rate;
  const about = { windowMs: MINUTE_MS, onStoreError: rate.on_store_error };
  // One subject for both, so that they are decided in one question.
  const subject = `provider ${name}`;
  const checks: RateCheck[] = [];
  if (requests !== undefined) {
    checks.push({
      policy: { name: `provider:${name}:requests`, limit: requests, ...about },
      subject,
    });
  }
  if (perMinute !== undefined) {
    const policy = { name: `provider:${name}:tokens`, limit: perMinute, ...about };
    // More than a whole minute's worth waits for an empty minute instead of for ever.
    checks.push({ policy, subject, cost: Math.min(Math.max(0, tokens), perMinute) });
  }
  return checks;
}
