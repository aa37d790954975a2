/**
 * The text of an API key: `ec_TENANT_ID_SECRET`. It names its tenant, because no store knows all keys
 * of all tenants. Its last part is chance and our own signature, so that what we have never issued is
 * refused before any tenant's store is touched.
 */

export interface KeyText {
  readonly tenant: string;
  readonly id: string;
  readonly chance: string;
  readonly signature: string;
}

const TENANT = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** 192 bits. */
const CHANCE_BYTES = 24;
const CHANCE_CHARS = 32;
const KEY = new RegExp(
  `^ec_(${TENANT})_([0-9A-Za-z]{1,32})_([\\w-]{${CHANCE_CHARS}})([\\w-]{8,32})$`,
);
const WHOLE_TENANT = new RegExp(`^${TENANT}$`);
const ID_PREFIX = 'key_';

export function isTenant(text: string): boolean {
  return WHOLE_TENANT.test(text);
}

export function parseKey(text: string): KeyText | undefined {
  const [, tenant, id, chance, signature] = KEY.exec(text) ?? [];
  if (tenant === undefined || id === undefined) return undefined;
  return { tenant, id: ID_PREFIX + id, chance: chance ?? '', signature: signature ?? '' };
}

export function writeKey({ tenant, id, chance, signature }: KeyText): string {
  return `ec_${tenant}_${id.slice(ID_PREFIX.length)}_${chance}${signature}`;
}

/** What the signature is of. */
export function labelOf({ tenant, id, chance }: Omit<KeyText, 'signature'>): string {
  return `key ${tenant} ${id} ${chance}`;
}

export function makeChance(random: () => number): string {
  let text = '';
  for (let at = 0; at < CHANCE_BYTES; at += 1) {
    text += String.fromCharCode(Math.floor(random() * 256));
  }
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_');
}
