/** Every outside thing that the runtime asks for, on one page. Adapters implement; nothing here does. */
import type { ApprovalLinks } from './ports/approval-links.ts';
import type { Cache, Memo } from './ports/cache.ts';
import type { Catalog, PluginBytes } from './ports/catalog.ts';
import type { Egress } from './ports/egress.ts';
import type { Endpoints } from './ports/endpoints.ts';
import type { Files } from './ports/files.ts';
import type { Grants } from './ports/grants.ts';
import type { Keys } from './ports/keys.ts';
import type { Models } from './ports/models.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { Runs } from './ports/runs.ts';
import type { Sandbox } from './ports/sandbox.ts';
import type { Schedules } from './ports/schedules.ts';
import type { ScriptEngine } from './ports/script-engine.ts';
import type { Secrets, Settings } from './ports/settings.ts';
import type { Signatures } from './ports/signatures.ts';
import type { Speech } from './ports/speech.ts';
import type { StoreHealth } from './ports/store-health.ts';
import type { Clock, Digests, Ids, Log } from './ports/system.ts';
import type { Vault } from './ports/vault.ts';
import type { Deliveries } from './ports/webhooks.ts';

export type { Digest, EpochMs, RunId, Tenant } from './ports/names.ts';
export type { Clock, Deadline, Digests, Ids, Log } from './ports/system.ts';
export type {
  Catalog,
  PluginBytes,
  PluginVersion,
  PromptEntry,
  RecipeVersion,
  StoredPrompt,
  StoredRecipe,
} from './ports/catalog.ts';
export type { FileUpload, Files, StoredFile } from './ports/files.ts';
export type { PluginCall, PluginReply, Sandbox } from './ports/sandbox.ts';
export type {
  AddressRange,
  Egress,
  EgressPolicy,
  EgressReply,
  EgressRequest,
  HostGrant,
  HostRule,
  SecretUse,
} from './ports/egress.ts';
export type {
  ActOptions,
  BulkOrder,
  EventPage,
  FinishedRun,
  Idempotency,
  Origin,
  RunAction,
  RunConditions,
  RunFilter,
  Runs,
  Submission,
} from './ports/runs.ts';

/** All of them, as a request's handlers receive them. */
export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digests: Digests;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly pluginBytes: PluginBytes;
  readonly files: Files;
  readonly sandbox: Sandbox;
  readonly scriptEngine: ScriptEngine;
  readonly models: Models & Speech;
  readonly egress: Egress;
  readonly cache: Cache;
  readonly limiter: RateLimiter;
  readonly memo: Memo;
  readonly storeHealth: StoreHealth;
  /** Goes on with work that nobody waits for, after the answer too. */
  readonly background: (work: Promise<unknown>) => void;
  readonly runs: Runs;
  readonly links: ApprovalLinks;
  readonly keys: Keys;
  readonly grants: Grants;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly vault: Vault;
  readonly schedules: Schedules;
  readonly endpoints: Endpoints;
  readonly signatures: Signatures;
  readonly deliveries: Deliveries;
}
