/** The Catalog object of one tenant: the truth about its recipes and plugins, in SQLite. */
import { DurableObject } from 'cloudflare:workers';
import { fail, ok } from '../../core/errors.ts';
import * as keys from './catalog-keys.ts';
import type { KeyPut, KeyUse } from './catalog-keys.ts';
import * as endpoints from './catalog-endpoints.ts';
import type { EndpointPut, SealedEndpoint } from './catalog-endpoints.ts';
import * as plugins from './catalog-plugins.ts';
import type { PluginRow } from './catalog-plugins.ts';
import type { PluginQuota } from '../../core/plugin/quota.ts';
import * as prompts from './catalog-prompts.ts';
import type { PromptPut } from './catalog-prompts.ts';
import * as secrets from './catalog-secrets.ts';
import type { SealedSecret } from './catalog-secrets.ts';
import * as schedules from './catalog-schedules.ts';
import { fireSchedules } from './fire-schedules.ts';
import type { ScheduleRuns } from './fire-schedules.ts';
import { migrateCatalog } from './catalog-schema.ts';
import type { Result } from '../../core/errors.ts';
import type {
  Clock,
  Digest,
  Digests,
  EpochMs,
  PromptEntry,
  RecipeVersion,
  StoredPrompt,
  Tenant,
} from '../../runtime/ports.ts';
import type { KeyChange, KeyEntry } from '../../runtime/ports/keys.ts';
import type { SecretEntry } from '../../runtime/ports/settings.ts';
import type { Endpoint, EndpointKind } from '../../runtime/ports/endpoints.ts';
import type { Schedule, ScheduleSpec } from '../../runtime/ports/schedules.ts';

export interface RecipePut {
  readonly text: string;
  readonly digest: Digest;
  /** The digest that must be current, `*` for any, null for none. */
  readonly ifMatch?: string | null;
}

export interface RecipeFound {
  readonly recipe: RecipeVersion;
  /** Null when the caller has it already. */
  readonly text: string | null;
}

const RECIPE_COLUMNS = 'name, version, digest, created_at AS createdAt';

// Type aliases, because SqlStorage wants an index signature that an interface does not have.
type RecipeSql = { name: string; version: number; digest: string; createdAt: number };

/** The platform builds the object, so what it needs is bound here. */
// oxlint-disable-next-line max-lines-per-function -- a class body: its methods are a few lines each
export function makeCatalog<Env extends Cloudflare.Env>(
  deps: {
    readonly clock: Pick<Clock, 'now'>;
    readonly digests: Pick<Digests, 'equal'>;
  },
  makeRuns: (env: Env) => ScheduleRuns,
) {
  const { clock, digests } = deps;
  return class Catalog extends DurableObject<Env> {
    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      migrateCatalog(ctx.storage);
    }

    createSchedule(tenant: Tenant, id: string, spec: ScheduleSpec): Result<Schedule> {
      const { storage } = this.ctx;
      const now = clock.now();
      const made = schedules.createSchedule(storage.sql, { tenant, id, spec, now });
      schedules.armAlarm(storage);
      return made;
    }

    listSchedules(): Schedule[] {
      return schedules.listSchedules(this.ctx.storage.sql);
    }

    findSchedule(id: string): Schedule | null {
      return schedules.findSchedule(this.ctx.storage.sql, id) ?? null;
    }

    replaceSchedule(id: string, spec: ScheduleSpec): Schedule | null {
      const { storage } = this.ctx;
      const now = clock.now();
      const replaced = schedules.replaceSchedule(storage.sql, { id, spec, now });
      schedules.armAlarm(storage);
      return replaced ?? null;
    }

    deleteSchedule(id: string): boolean {
      return schedules.deleteSchedule(this.ctx.storage.sql, id);
    }

    createEndpoint(kind: EndpointKind, put: EndpointPut): Result<Endpoint> {
      return endpoints.createEndpoint(this.ctx.storage.sql, kind, put);
    }

    replaceEndpoint(kind: EndpointKind, put: EndpointPut): Endpoint | null {
      return endpoints.replaceEndpoint(this.ctx.storage.sql, kind, put) ?? null;
    }

    listEndpoints(kind: EndpointKind): Endpoint[] {
      return endpoints.listEndpoints(this.ctx.storage.sql, kind);
    }

    findEndpoint(kind: EndpointKind, id: string): SealedEndpoint | null {
      return endpoints.findEndpoint(this.ctx.storage.sql, kind, id) ?? null;
    }

    deleteEndpoint(kind: EndpointKind, id: string): boolean {
      return endpoints.deleteEndpoint(this.ctx.storage.sql, kind, id);
    }

    claim(order: { key: string; now: EpochMs; forMs: number }): boolean {
      return endpoints.claim(this.ctx.storage.sql, order);
    }

    releaseClaim(key: string): void {
      endpoints.releaseClaim(this.ctx.storage.sql, key);
    }

    override async alarm(): Promise<void> {
      const { storage } = this.ctx;
      const { now } = clock;
      try {
        await fireSchedules({ sql: storage.sql, now, runs: makeRuns(this.env) });
      } finally {
        schedules.armAlarm(storage);
      }
    }

    putRecipe(name: string, put: RecipePut): Result<RecipeVersion & { readonly created: boolean }> {
      return this.ctx.storage.transactionSync(() =>
        putRecipe(this.ctx.storage.sql, name, put, clock.now()),
      );
    }

    /** `known`: the digest of the text that the caller holds and need not be sent. */
    findRecipe(name: string, version: number | null, known: Digest | null): RecipeFound | null {
      const { sql } = this.ctx.storage;
      const recipe = version === null ? findCurrent(sql, name) : findVersion(sql, name, version);
      if (recipe === undefined) return null;
      if (recipe.digest === known) return { recipe, text: null };
      const { text } = sql
        .exec<{ text: string }>(
          'SELECT text FROM recipe_versions WHERE name = ? AND version = ?',
          name,
          recipe.version,
        )
        .one();
      return { recipe, text };
    }

    listRecipes(): RecipeVersion[] {
      return this.ctx.storage.sql
        .exec<RecipeSql>(
          `SELECT ${RECIPE_COLUMNS} FROM recipe_versions NATURAL JOIN recipes WHERE live = 1 ORDER BY name`,
        )
        .toArray();
    }

    listRecipeVersions(name: string): RecipeVersion[] {
      return this.ctx.storage.sql
        .exec<RecipeSql>(
          `SELECT ${RECIPE_COLUMNS} FROM recipe_versions WHERE name = ? ORDER BY version DESC`,
          name,
        )
        .toArray();
    }

    deleteRecipe(name: string, ifMatch: Digest | null): boolean {
      const { sql } = this.ctx.storage;
      return this.ctx.storage.transactionSync(() => {
        const current = findCurrent(sql, name);
        if (current === undefined || (ifMatch !== null && ifMatch !== current.digest)) return false;
        sql.exec('DELETE FROM recipe_versions WHERE name = ?', name);
        sql.exec('UPDATE recipes SET live = 0 WHERE name = ?', name);
        return true;
      });
    }

    putPrompt(name: string, put: PromptPut): Result<PromptEntry & { readonly created: boolean }> {
      return this.ctx.storage.transactionSync(() =>
        prompts.putPrompt(this.ctx.storage.sql, name, { ...put, now: clock.now() }),
      );
    }

    findPrompt(name: string): StoredPrompt | null {
      return prompts.findPrompt(this.ctx.storage.sql, name) ?? null;
    }

    listPrompts(): PromptEntry[] {
      return prompts.listPrompts(this.ctx.storage.sql);
    }

    deletePrompt(name: string): boolean {
      return prompts.deletePrompt(this.ctx.storage.sql, name);
    }

    putPlugin(
      plugin: Omit<PluginRow, 'createdAt' | 'deprecated'>,
      quota: PluginQuota | null,
    ): Result<PluginRow & { readonly created: boolean }> {
      return this.ctx.storage.transactionSync(() =>
        plugins.putPlugin(this.ctx.storage.sql, plugin, { quota, now: clock.now() }),
      );
    }

    listPluginChanges(known: number | null): plugins.PluginChanges {
      return plugins.listChanges(this.ctx.storage.sql, known);
    }

    deprecatePlugin(name: string, version: string, note: string | null): boolean {
      return this.ctx.storage.transactionSync(() =>
        plugins.deprecatePlugin(this.ctx.storage.sql, { name, version, note }),
      );
    }

    deletePlugin(name: string, version: string): boolean {
      return this.ctx.storage.transactionSync(() =>
        plugins.deletePlugin(this.ctx.storage.sql, name, version),
      );
    }

    putKey(key: KeyPut): Result<KeyEntry> {
      return keys.putKey(this.ctx.storage.sql, key);
    }

    listKeys(): KeyEntry[] {
      return keys.listKeys(this.ctx.storage.sql);
    }

    changeKey(id: string, change: KeyChange): KeyEntry | null {
      return this.ctx.storage.transactionSync(
        () => keys.changeKey(this.ctx.storage.sql, id, change) ?? null,
      );
    }

    deleteKey(id: string): boolean {
      return keys.deleteKey(this.ctx.storage.sql, id);
    }

    verifyKey(use: KeyUse): KeyEntry | null {
      return keys.verifyKey(this.ctx.storage.sql, use, digests) ?? null;
    }

    findSetting(section: string): string | null {
      const query = 'SELECT value FROM settings WHERE section = ?';
      return (
        this.ctx.storage.sql.exec<{ value: string }>(query, section).toArray()[0]?.value ?? null
      );
    }

    putSetting(section: string, value: string): void {
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO settings VALUES (?, ?)', section, value);
    }

    findGrant(plugin: string): string | null {
      const query = 'SELECT rights FROM grants WHERE plugin = ?';
      const [row] = this.ctx.storage.sql.exec<{ rights: string }>(query, plugin).toArray();
      return row?.rights ?? null;
    }

    /** True when it is the first of its plugin. */
    putGrant(plugin: string, rights: string): boolean {
      const isFirst = this.findGrant(plugin) === null;
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO grants VALUES (?, ?)', plugin, rights);
      return isFirst;
    }

    deleteGrant(plugin: string): boolean {
      const query = 'DELETE FROM grants WHERE plugin = ? RETURNING plugin';
      return this.ctx.storage.sql.exec(query, plugin).toArray().length > 0;
    }

    putSecret(secret: SealedSecret): Result<SecretEntry & { readonly created: boolean }> {
      return secrets.putSecret(this.ctx.storage.sql, secret);
    }

    listSecrets(): SecretEntry[] {
      return secrets.listSecrets(this.ctx.storage.sql);
    }

    findSecret(name: string): SealedSecret | null {
      return secrets.findSecret(this.ctx.storage.sql, name) ?? null;
    }

    deleteSecret(name: string): boolean {
      return secrets.deleteSecret(this.ctx.storage.sql, name);
    }
  };
}

export type CatalogObject = InstanceType<ReturnType<typeof makeCatalog>>;

function putRecipe(
  sql: SqlStorage,
  name: string,
  { text, digest, ifMatch }: RecipePut,
  now: EpochMs,
): Result<RecipeVersion & { readonly created: boolean }> {
  const current = findCurrent(sql, name);
  const met =
    ifMatch === undefined ||
    (ifMatch === '*' ? current !== undefined : ifMatch === (current?.digest ?? null));
  if (!met) {
    return fail('precondition_failed', `Cannot put recipe "${name}": the condition does not hold`);
  }
  if (current?.digest === digest) return ok({ ...current, created: false });
  const { version } = sql
    .exec<{ version: number }>(
      `INSERT INTO recipes VALUES (?, 1, 1)
       ON CONFLICT (name) DO UPDATE SET version = version + 1, live = 1 RETURNING version`,
      name,
    )
    .one();
  sql.exec('INSERT INTO recipe_versions VALUES (?, ?, ?, ?, ?)', name, version, digest, now, text);
  return ok({ name, version, digest, createdAt: now, created: current === undefined });
}

function findCurrent(sql: SqlStorage, name: string): RecipeVersion | undefined {
  return sql
    .exec<RecipeSql>(
      `SELECT ${RECIPE_COLUMNS} FROM recipe_versions NATURAL JOIN recipes WHERE name = ? AND live = 1`,
      name,
    )
    .toArray()[0];
}

function findVersion(sql: SqlStorage, name: string, version: number): RecipeVersion | undefined {
  return sql
    .exec<RecipeSql>(
      `SELECT ${RECIPE_COLUMNS} FROM recipe_versions WHERE name = ? AND version = ?`,
      name,
      version,
    )
    .toArray()[0];
}
