/** From a setting as people write it to the keys of a vault. */
import type { VaultKey } from './vault.ts';

/** 32 bytes as base64, plain or for addresses. */
const KEY = /^([a-z0-9]{1,16}):([A-Za-z0-9+/_-]{43})=?$/;

/** What is wrong is told by its name alone, or by its place: the rest of it is a key. */
export function parseVaultKeys(text: string): readonly VaultKey[] | { readonly wrong: string[] } {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const keys: VaultKey[] = [];
  for (const [at, part] of parts.entries()) {
    const [, id, encoded] = KEY.exec(part) ?? [];
    if (id === undefined || encoded === undefined) return { wrong: [`key ${at + 1}`] };
    if (keys.some((key) => key.id === id)) return { wrong: [id] };
    const plain = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    keys.push({ id, bytes: Uint8Array.from(plain, (unit) => unit.charCodeAt(0)) });
  }
  return keys;
}
