/** The Catalog object of one tenant: the truth about its recipes and plugins, in SQLite. */
import { DurableObject } from 'cloudflare:workers';
import { fail, ok } from '../../core/errors.ts';
import * as keys from './catalog-keys.ts';
import type { KeyPut, KeyUse } from './catalog-keys.ts';
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

/** A plugin as a row; the manifest travels as text, for it is only kept here. */
export interface PluginRow {
  readonly name: string;
  readonly version: string;
  readonly hash: Digest;
  readonly upload: Digest;
  readonly size: number;
  readonly manifest: string;
  readonly usesWasi: boolean;
  readonly createdAt: EpochMs;
}

export interface PluginList {
  /** Grows with each change to the list. */
  readonly revision: number;
  /** Null when the caller's revision is this one. */
  readonly plugins: readonly PluginRow[] | null;
}

const PLUGIN_COLUMNS =
  'name, version, hash, upload, size, manifest, uses_wasi AS usesWasi, created_at AS createdAt';
const RECIPE_COLUMNS = 'name, version, digest, created_at AS createdAt';

// Type aliases, because SqlStorage wants an index signature that an interface does not have.
type RecipeSql = { name: string; version: number; digest: string; createdAt: number };
type PluginSql = Omit<PluginRow, 'usesWasi'> & { usesWasi: number };

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
      plugin: Omit<PluginRow, 'createdAt'>,
    ): Result<PluginRow & { readonly created: boolean }> {
      return this.ctx.storage.transactionSync(() =>
        putPlugin(this.ctx.storage.sql, plugin, clock.now()),
      );
    }

    listPlugins(known: number | null): PluginList {
      const { sql } = this.ctx.storage;
      const revision = sql
        .exec<{ number: number }>(`SELECT number FROM revisions WHERE subject = 'plugins'`)
        .one().number;
      if (revision === known) return { revision, plugins: null };
      const rows = sql.exec<PluginSql>(
        `SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE live = 1 ORDER BY seq DESC`,
      );
      return { revision, plugins: rows.toArray().map(pluginOf) };
    }

    deletePlugin(name: string, version: string): boolean {
      const { sql } = this.ctx.storage;
      return this.ctx.storage.transactionSync(() => {
        const query = 'UPDATE plugins SET live = 0 WHERE name = ? AND version = ? AND live = 1';
        if (sql.exec(`${query} RETURNING name`, name, version).toArray().length === 0) return false;
        countChange(sql);
        return true;
      });
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

function putPlugin(
  sql: SqlStorage,
  plugin: Omit<PluginRow, 'createdAt'>,
  now: EpochMs,
): Result<PluginRow & { readonly created: boolean }> {
  const { name, version, hash, upload, size, manifest, usesWasi } = plugin;
  const same = findPlugin(sql, name, version);
  if (same !== undefined) {
    if (same.upload !== upload || same.manifest !== manifest) {
      return fail('plugin_exists', `Cannot put plugin "${name}@${version}": it has other bytes`);
    }
    const wasDeleted = revive(sql, name, version);
    // A later release may meter the same upload into other bytes; runs keep what they have pinned.
    if (same.hash !== hash) {
      sql.exec(
        'UPDATE plugins SET hash = ?, size = ? WHERE name = ? AND version = ?',
        hash,
        size,
        name,
        version,
      );
      countChange(sql);
    }
    return ok({ ...same, hash, size, created: wasDeleted });
  }
  sql.exec(
    `INSERT INTO plugins (name, version, hash, upload, size, manifest, uses_wasi, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    name,
    version,
    hash,
    upload,
    size,
    manifest,
    usesWasi ? 1 : 0,
    now,
  );
  countChange(sql);
  return ok({ ...plugin, createdAt: now, created: true });
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

/** True when the version had been deleted: the same upload brings it back. */
function revive(sql: SqlStorage, name: string, version: string): boolean {
  const query = 'UPDATE plugins SET live = 1 WHERE name = ? AND version = ? AND live = 0';
  const isRevived = sql.exec(`${query} RETURNING name`, name, version).toArray().length > 0;
  if (isRevived) countChange(sql);
  return isRevived;
}

function findPlugin(sql: SqlStorage, name: string, version: string): PluginRow | undefined {
  return sql
    .exec<PluginSql>(
      `SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE name = ? AND version = ?`,
      name,
      version,
    )
    .toArray()
    .map(pluginOf)[0];
}

function pluginOf({ usesWasi, ...row }: PluginSql): PluginRow {
  return { ...row, usesWasi: usesWasi === 1 };
}

function countChange(sql: SqlStorage): void {
  sql.exec(`UPDATE revisions SET number = number + 1 WHERE subject = 'plugins'`);
}
