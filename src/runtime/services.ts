/** What the API can do, as calls on the ports: the one seam between HTTP and everything behind it. */
import type { Issue, Result } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { ModuleInfo } from '../core/plugin/inspect.ts';
import type { PluginManifest } from '../core/plugin/manifest.ts';
import type { RunView } from '../core/run/view.ts';
import type { Ports, PluginVersion, RecipeVersion, Tenant } from './ports.ts';

export interface SubmitRequest {
  /** Name of a stored recipe; or `source`, the text of one. */
  readonly recipe?: string;
  readonly source?: string;
  readonly version?: number;
  readonly inputs: JsonObject;
  readonly labels: JsonObject;
  readonly mode: 'durable' | 'inline';
  readonly idempotency?: { readonly key: string; readonly bodyHash: string };
}

export interface FunctionCall {
  readonly version?: string;
  readonly input: JsonValue;
  readonly config?: { readonly [key: string]: string };
}

export interface FunctionReply {
  readonly output: JsonValue;
  readonly fuel: number | null;
  readonly memory_pages: number;
  readonly wall_ms: number;
  readonly logs: readonly { readonly level: string; readonly text: string }[];
}

export interface PluginFindings {
  readonly valid: boolean;
  readonly info?: ModuleInfo;
  readonly manifest?: PluginManifest;
  readonly diagnostics: readonly Issue[];
}

export interface Services {
  readonly ports: Ports;
  validate(
    tenant: Tenant,
    source: { text: string; path?: string },
    options: { strict: boolean },
  ): Promise<{ readonly valid: boolean; readonly diagnostics: readonly Issue[] }>;
  /** JSON Schema of a stored recipe's inputs. */
  inputsSchema(tenant: Tenant, name: string, version?: number): Promise<Result<JsonObject>>;
  /** Throws `recipe_invalid` with the diagnostics when the text has errors. */
  putRecipe(
    tenant: Tenant,
    name: string,
    text: string,
    options: { ifMatch?: string | null; strict: boolean },
  ): Promise<Result<RecipeVersion & { readonly created: boolean; readonly diagnostics: readonly Issue[] }>>;
  /** Throws `recipe_invalid` or `inputs_invalid` with every finding. */
  submit(
    tenant: Tenant,
    request: SubmitRequest,
  ): Promise<Result<{ readonly view: RunView; readonly replayed: boolean }>>;
  inspectPlugin(bytes: Uint8Array, manifestText?: string): Promise<PluginFindings>;
  /** Throws `plugin_invalid` with what the inspection found. */
  putPlugin(
    tenant: Tenant,
    plugin: { name: string; version: string; bytes: Uint8Array; manifestText?: string },
  ): Promise<Result<PluginVersion & { readonly created: boolean }>>;
  callFunction(
    tenant: Tenant,
    plugin: string,
    fn: string,
    call: FunctionCall,
  ): Promise<Result<FunctionReply>>;
}
