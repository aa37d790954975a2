/** The limits of the API: what a key may ask, by the class of the route. */
import { parseDuration } from '../../core/recipe/duration.ts';
import type { Ports, Tenant } from '../ports.ts';
import type { RateCheck, RatePolicy } from '../ports/rate-limiter.ts';
import { RATE_CLASSES } from '../settings/rates.ts';
import type { RateClass } from '../settings/rates.ts';
import { readSettings } from '../settings/sections.ts';

export type ApiRates = { readonly [name in RateClass]?: Pick<RatePolicy, 'limit' | 'windowMs'> };

/** Of a server that asks for keys and says nothing else. */
export const DEFAULT_API_RATES: ApiRates = {
  read: { limit: 6_000, windowMs: 60_000 },
  write: { limit: 1_200, windowMs: 60_000 },
  run: { limit: 3_000, windowMs: 60_000 },
  upload: { limit: 300, windowMs: 60_000 },
};

/** `read=6000/1m run=600/1m`; `off` for none. Classes that are not named have no limit. */
export function parseApiRates(text: string): ApiRates | { readonly wrong: readonly string[] } {
  if (text.trim() === 'off') return {};
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const parsed = parts.map((part) => ({ part, rate: readRate(part) }));
  const wrong = parsed.filter(({ rate }) => rate === undefined).map(({ part }) => part);
  if (wrong.length > 0) return { wrong };
  return Object.fromEntries(parsed.flatMap(({ rate }) => (rate === undefined ? [] : [rate])));
}

function readRate(part: string): [RateClass, { limit: number; windowMs: number }] | undefined {
  const [, name = '', limit = '', window = ''] = /^(\w+)=(\d{1,9})\/(\w+)$/.exec(part) ?? [];
  const known = RATE_CLASSES.find((each) => each === name);
  const windowMs = parseDuration(window);
  if (known === undefined || Number(limit) < 1 || windowMs === undefined || windowMs < 1) {
    return undefined;
  }
  return [known, { limit: Number(limit), windowMs }];
}

/** Undefined: nothing is limited. */
export async function apiCheck(
  { settings }: Pick<Ports, 'settings'>,
  { tenant, caller, rates }: { tenant: Tenant; caller: string; rates: ApiRates },
  name: RateClass,
): Promise<RateCheck | undefined> {
  const own = (await readSettings({ settings }, tenant, 'rates'))[name];
  const given =
    own === undefined ? rates[name] : { limit: own.limit, windowMs: own.window_s * 1_000 };
  if (given === undefined) return undefined;
  const policy = { name, ...given, onStoreError: own?.on_store_error ?? 'local' };
  return { policy, subject: `caller ${caller}` };
}
