/** Making keys, and finding out whose a key is. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Scope } from '../../core/scopes.ts';
import type { EpochMs, Ports, Tenant } from '../ports.ts';
import type { KeyEntry } from '../ports/keys.ts';
import { labelOf, makeChance, parseKey, writeKey } from './key-text.ts';

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly groups?: readonly string[];
  readonly expiresAt?: EpochMs;
}

/** The only time that anybody sees the key's text. */
export interface IssuedKey extends KeyEntry {
  readonly text: string;
}

type KeyPorts = Pick<Ports, 'digests' | 'ids' | 'keys' | 'vault'>;

export async function createKey(
  { digests, ids, keys, vault }: KeyPorts,
  tenant: Tenant,
  asked: NewKey,
): Promise<Result<IssuedKey>> {
  if (!vault.isReady) return fail('not_set_up', 'Cannot make keys: the server has no SECRETS_KEY');
  const id = ids.next('key');
  const chance = makeChance(ids.random);
  const signature = await vault.sign(labelOf({ tenant, id, chance }));
  const text = writeKey({ tenant, id, chance, signature });
  const stored = await keys.put(tenant, { ...asked, id, digest: await digests.sha256(text) });
  return stored.ok ? ok({ ...stored.value, text }) : stored;
}

/** The tenant and the entry of a key that is good now. */
export async function findKey(
  { digests, keys, vault }: Omit<KeyPorts, 'ids'>,
  text: string,
): Promise<{ readonly tenant: Tenant; readonly key: KeyEntry } | undefined> {
  const parsed = parseKey(text);
  if (parsed === undefined) return undefined;
  if (!(await vault.isSigned(labelOf(parsed), parsed.signature))) return undefined;
  const { tenant, id } = parsed;
  const key = await keys.verify(tenant, id, await digests.sha256(text));
  return key && { tenant, key };
}
