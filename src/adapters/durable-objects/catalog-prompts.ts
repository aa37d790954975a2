/** Prompts in the Catalog's tables. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Digest, EpochMs, PromptEntry, StoredPrompt } from '../../runtime/ports.ts';

export interface PromptPut {
  readonly text: string;
  readonly digest: Digest;
  /** The digest that must be current, `*` for any, null for none. */
  readonly ifMatch?: string | null;
}

// A type alias, because SqlStorage wants an index signature that an interface does not have.
type PromptSql = { name: string; digest: string; updatedAt: number; text: string };

export function putPrompt(
  sql: SqlStorage,
  name: string,
  { text, digest, ifMatch, now }: PromptPut & { readonly now: EpochMs },
): Result<PromptEntry & { readonly created: boolean }> {
  const current = findPrompt(sql, name);
  const met =
    ifMatch === undefined ||
    (ifMatch === '*' ? current !== undefined : ifMatch === (current?.digest ?? null));
  if (!met) {
    return fail('precondition_failed', `Cannot put prompt "${name}": the condition does not hold`);
  }
  if (current?.digest === digest) {
    return ok({ name, digest, updatedAt: current.updatedAt, created: false });
  }
  sql.exec('INSERT OR REPLACE INTO prompts VALUES (?, ?, ?, ?)', name, digest, now, text);
  return ok({ name, digest, updatedAt: now, created: current === undefined });
}

export function findPrompt(sql: SqlStorage, name: string): StoredPrompt | undefined {
  const query = 'SELECT name, digest, updated_at AS updatedAt, text FROM prompts WHERE name = ?';
  return sql.exec<PromptSql>(query, name).toArray()[0];
}

export function listPrompts(sql: SqlStorage): PromptEntry[] {
  const query = 'SELECT name, digest, updated_at AS updatedAt FROM prompts ORDER BY name';
  return sql.exec<Omit<PromptSql, 'text'>>(query).toArray();
}

export function deletePrompt(sql: SqlStorage, name: string): boolean {
  return sql.exec('DELETE FROM prompts WHERE name = ? RETURNING name', name).toArray().length > 0;
}
