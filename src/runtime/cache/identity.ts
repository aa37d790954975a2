/** What makes two calls the same, and the key under which their result is kept. */
import { canonicalJson, isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Digests } from '../ports.ts';

export interface CallIdentity {
  readonly kind: 'function' | 'reduce' | 'model' | 'http' | 'speech';
  /** What is called: a plugin's hash and export; a model with its options. */
  readonly target: JsonValue;
  /** What it is called with. A node's own `key` stands in its place. */
  readonly input: JsonValue;
  /** What `POST /v1/cache/invalidate` may drop the result by, besides the tags that all have. */
  readonly tags: readonly string[];
  /** The result depends on target and input alone, so it never grows old. */
  readonly isPure?: boolean;
}

export interface KeyScope {
  readonly scope: 'tenant' | 'recipe' | 'run';
  /** The recipe or the run; empty for the tenant. */
  readonly owner: string;
  readonly key: string | undefined;
}

/** Undefined: two calls that differ might have the same text, so nothing is kept. */
export function identityText(
  { kind, target, input }: CallIdentity,
  { scope, owner, key }: KeyScope,
): string | undefined {
  const about = key === undefined ? { input } : { key };
  const identity = { kind, target, scope, owner, ...about };
  return isExact(identity) ? canonicalJson(identity) : undefined;
}

export async function keyOf(
  digests: Pick<Digests, 'sha256'>,
  scope: KeyScope['scope'],
  text: string,
): Promise<string> {
  return `v1:${scope}:${await digests.sha256(text)}`;
}

/** As RFC 8785 asks for I-JSON: no lone surrogate, no integer that a double does not hold. */
function isExact(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (isJsonArray(value)) return value.every(isExact);
  if (!isJsonObject(value)) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isExact(member));
}
