/** The tenant's recipes, prompts and plugins, and the bytes of plugins. */
import type { Result } from '../../core/errors.ts';
import type { PluginManifest } from '../../core/plugin/manifest.ts';
import type { PluginQuota } from '../../core/plugin/quota.ts';
import type { Digest, EpochMs, Tenant } from './names.ts';

export interface RecipeVersion {
  readonly name: string;
  /** Counts from 1; a put of other text makes the next one. */
  readonly version: number;
  /** SHA-256 of the text: the ETag. */
  readonly digest: Digest;
  readonly createdAt: EpochMs;
}

export interface StoredRecipe extends RecipeVersion {
  readonly text: string;
}

/** A template under a file name such as `review.jinja`. A put replaces it: plans hold their own copy. */
export interface PromptEntry {
  readonly name: string;
  /** SHA-256 of the text: the ETag. */
  readonly digest: Digest;
  readonly updatedAt: EpochMs;
}

export interface StoredPrompt extends PromptEntry {
  readonly text: string;
}

export interface PluginVersion {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of exactly the stored bytes: the metered module. What runs pin. */
  readonly hash: Digest;
  /** SHA-256 of the bytes as they were uploaded: what tells one upload from another. */
  readonly upload: Digest;
  readonly size: number;
  readonly manifest: PluginManifest;
  readonly usesWasi: boolean;
  readonly bundled: boolean;
  readonly createdAt: EpochMs;
  /** Why it is not to be used any more: it is taken only where nothing else fits. */
  readonly deprecated?: string;
}

/** The truth about a tenant's recipes and plugins. */
export interface Catalog {
  /** The same text again changes nothing. `ifMatch`: the digest that must be current, `*` for any, or `null` for none. */
  putRecipe(
    tenant: Tenant,
    name: string,
    recipe: { text: string; digest: Digest; ifMatch?: string | null },
  ): Promise<Result<RecipeVersion & { readonly created: boolean }>>;
  findRecipe(tenant: Tenant, name: string, version?: number): Promise<StoredRecipe | undefined>;
  listRecipes(tenant: Tenant): Promise<readonly RecipeVersion[]>;
  listRecipeVersions(tenant: Tenant, name: string): Promise<readonly RecipeVersion[]>;
  /** False when there was none, or none with the digest `ifMatch`. Runs keep what they have pinned. */
  deleteRecipe(tenant: Tenant, name: string, ifMatch?: Digest): Promise<boolean>;

  /** `created` is false when it replaced a prompt or was the same. */
  putPrompt(
    tenant: Tenant,
    name: string,
    prompt: { text: string; digest: Digest; ifMatch?: string | null },
  ): Promise<Result<PromptEntry & { readonly created: boolean }>>;
  findPrompt(tenant: Tenant, name: string): Promise<StoredPrompt | undefined>;
  listPrompts(tenant: Tenant): Promise<readonly PromptEntry[]>;
  /** Runs keep what they have pinned. */
  deletePrompt(tenant: Tenant, name: string): Promise<boolean>;

  /**
   * `plugin_exists` when this version was uploaded with other bytes or another manifest, `quota_exceeded`
   * when it does not fit.
   */
  putPlugin(
    tenant: Tenant,
    plugin: Omit<PluginVersion, 'createdAt' | 'bundled' | 'deprecated'>,
    quota?: PluginQuota,
  ): Promise<Result<PluginVersion & { readonly created: boolean }>>;
  /** All versions the tenant can call, bundled ones included, newest first. */
  listPlugins(tenant: Tenant): Promise<readonly PluginVersion[]>;
  /** `note` says why; null takes it back. False when there is no such version. */
  deprecatePlugin(
    tenant: Tenant,
    name: string,
    version: string,
    note: string | null,
  ): Promise<boolean>;
  deletePlugin(tenant: Tenant, name: string, version: string): Promise<boolean>;
}

/** Bytes of plugins by content. A tenant sees its own only. */
export interface PluginBytes {
  put(tenant: Tenant, hash: Digest, bytes: Uint8Array): Promise<void>;
  get(tenant: Tenant, hash: Digest): Promise<Uint8Array | undefined>;
}
