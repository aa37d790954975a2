/** The sections of a tenant's settings: each has one schema, and each key of it a default. */
import type * as z from 'zod';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ports, Tenant } from '../ports.ts';
import type { SettingsSection } from '../ports/settings.ts';
import { modelSettings } from './models.ts';
import { retentionSettings } from './retention.ts';
import { pluginSettings } from './plugins.ts';
import { priceSettings } from './prices.ts';
import { spendSettings } from './spend.ts';
import { rateSettings } from './rates.ts';

export interface Section<S extends z.ZodObject = z.ZodObject> {
  readonly schema: S;
  /** Whose to write: the tenant's admin, or the server's operator alone, for what bounds the tenant. */
  readonly writer: 'admin' | 'operator';
}

/** A section is added by a line here; its name is in `ports/settings.ts`. */
export const SECTIONS = {
  plugins: { schema: pluginSettings, writer: 'operator' },
  models: { schema: modelSettings, writer: 'admin' },
  prices: { schema: priceSettings, writer: 'admin' },
  retention: { schema: retentionSettings, writer: 'admin' },
  spend: { schema: spendSettings, writer: 'operator' },
  rates: { schema: rateSettings, writer: 'operator' },
} as const satisfies { readonly [name in SettingsSection]?: Section };

export type SectionName = keyof typeof SECTIONS;
export type SectionValue<N extends SectionName> = z.output<(typeof SECTIONS)[N]['schema']>;

export function isSection(name: string): name is SectionName {
  return Object.hasOwn(SECTIONS, name);
}

/** Sections by what was put, which is the same object for as long as it is remembered: every call asks for some. */
const parsed = new WeakMap<object, Map<SectionName, unknown>>();
const NOTHING: JsonObject = {};

/** What holds for the tenant: what was put, with defaults for the rest. Nobody may change it. */
export async function readSettings<N extends SectionName>(
  { settings }: { readonly settings: Pick<Ports['settings'], 'find'> },
  tenant: Tenant,
  name: N,
): Promise<SectionValue<N>> {
  const put = await settings.find(tenant, name);
  const text = put !== undefined && isJsonObject(put) ? put : NOTHING;
  const known = parsed.get(text) ?? new Map<SectionName, unknown>();
  parsed.set(text, known);
  const value = known.get(name) ?? read(SECTIONS[name], text);
  known.set(name, value);
  // SAFETY: the output of the schema with this name.
  return value as SectionValue<N>;
}

/** What an earlier release took and this one does not is as if it had not been put. */
function read({ schema }: Section, text: JsonObject): unknown {
  const result = schema.safeParse(text);
  return result.success ? result.data : schema.parse({});
}
