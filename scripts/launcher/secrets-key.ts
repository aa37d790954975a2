/** The key that seals secrets of tenants and signs their API keys: made once, and kept with the state. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'secrets.key';

/** For `SECRETS_KEY`. A folder of state that goes elsewhere without this file loses its secrets. */
export function secretsKey(state: string): string {
  const path = join(state, FILE);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = `k1:${randomBytes(32).toString('base64url')}`;
  // Never over one that is there: what it has sealed could not be opened again.
  writeFileSync(path, `${made}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}
