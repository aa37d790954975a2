/** Every outside thing that the runtime asks for, on one page. Adapters implement; nothing here does. */
import type { Issue, Result } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { PluginManifest } from '../core/plugin/manifest.ts';
import type { Admission } from '../core/queue/admission.ts';
import type { QueueView } from '../core/queue/queue-view.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { RunEvent, RunStatus } from '../core/run/events.ts';
import type { Seeds } from '../core/run/record.ts';
import type { ReplayPoint } from '../core/run/replay.ts';
import type { Cache, Memo } from './ports/cache.ts';
import type { Digest, EpochMs, RunId, Tenant } from './ports/names.ts';
import type { StoreHealth } from './ports/store-health.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { ScriptEngine } from './ports/script-engine.ts';
import type { ApprovalView, NodeView, RunSummary, RunView } from '../core/run/view.ts';
import type { EventPlace, PlacedDelta } from './ports/deltas.ts';
import type { Models } from './ports/models.ts';
import type { Endpoints } from './ports/endpoints.ts';
import type { Schedules } from './ports/schedules.ts';
import type { ApprovalLinks, ApprovalPlace, Decision } from './ports/approval-links.ts';
import type { Deliveries } from './ports/webhooks.ts';
import type { Signatures } from './ports/signatures.ts';
import type { CallLimits } from '../core/plugin/asks.ts';
import type { PluginQuota } from '../core/plugin/quota.ts';
import type { Grants } from './ports/grants.ts';
import type { NetworkRight } from './ports/gateway.ts';
import type { Keys } from './ports/keys.ts';
import type { Secrets, Settings } from './ports/settings.ts';
import type { Vault } from './ports/vault.ts';
import type { Speech } from './ports/speech.ts';

export type { Digest, EpochMs, RunId, Tenant } from './ports/names.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  /** Takes its timer back: platforms bound how many may be set at a time. */
  readonly clear: () => void;
}

export interface Clock {
  now(): EpochMs;
  /** A signal that aborts after `ms` milliseconds, unless the deadline is cleared before. */
  deadline(ms: number): Deadline;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A fresh id: `run_` and a ULID. */
  next(
    prefix: 'run' | 'req' | 'apr' | 'key' | 'file' | 'lnk' | 'sch' | 'hok' | 'whk' | 'dlv',
  ): string;
  /** A number from 0 up to 1, for jitter and the `random` filter. */
  readonly random: () => number;
}

export interface Digests {
  sha256(data: Uint8Array | string): Promise<Digest>;
  /** Compares two digests without telling by its time where they differ. */
  equal(a: Digest, b: Digest): boolean;
}

export interface Log {
  /** One JSON line. Fields hold ids, codes and numbers, never inputs, prompts, keys or values. */
  write(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields?: JsonObject): void;
}

// ---------------------------------------------------------------- recipes and plugins

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

// ---------------------------------------------------------------- files

/** What a caller has uploaded. */
export interface StoredFile {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes: the ETag. */
  readonly digest: Digest;
  readonly contentType: string;
  /** What a download is called. */
  readonly name?: string;
  readonly createdAt: EpochMs;
  /** From then on it is as if it were not there. Absent: it stays until it is deleted. */
  readonly expiresAt?: EpochMs;
  /** Where the bytes lie; another one with every put, so that a reader never sees two files mixed. */
  readonly blob: string;
}

export interface FileUpload {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly name?: string;
  /** Bytes; the stream is given up as soon as there are more. */
  readonly maxBytes: number;
  /** The digest that must be current, `*` for any, or `null` for none. */
  readonly ifMatch?: string | null;
  readonly expiresAt?: EpochMs;
  /** A run has made it. */
  readonly byRun?: true;
}

/** Files of any size, streamed both ways. A tenant sees its own only. */
export interface Files {
  /** `body_too_large`, `precondition_failed`. Rejects as the stream does; nothing is kept then. */
  put(
    tenant: Tenant,
    id: string,
    upload: FileUpload,
  ): Promise<Result<StoredFile & { readonly created: boolean }>>;
  find(tenant: Tenant, id: string): Promise<StoredFile | undefined>;
  /** Whether there is nothing because its time is over: until it is swept, that can be told. */
  hasExpired(tenant: Tenant, id: string): Promise<boolean>;
  /** Takes away what has expired, some at a time: goes on after a name, and gives the next one. */
  sweep(
    tenant: Tenant,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly deleted: number; readonly after?: string }>;
  /** A part of the bytes, cut off at their end. Undefined: they were replaced or deleted meanwhile. */
  open(
    tenant: Tenant,
    file: StoredFile,
    range: { readonly offset: number; readonly length: number },
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** False when there was none, or none with the digest `ifMatch`. */
  delete(tenant: Tenant, id: string, ifMatch?: Digest): Promise<boolean>;
}

// ---------------------------------------------------------------- the sandbox

export interface PluginCall {
  readonly tenant: Tenant;
  readonly hash: Digest;
  readonly bundled: boolean;
  readonly export: string;
  readonly input: Uint8Array;
  readonly config: { readonly [key: string]: string };
  /** Lower than the sandbox's own. */
  readonly limits?: CallLimits;
  /** False: a module that uses WASI is not called. Default true. */
  readonly wasi?: boolean;
  /** What the plugin may reach by `http_request`. Absent: nothing. */
  readonly network?: NetworkRight;
}

export interface PluginReply {
  readonly output: Uint8Array;
  /** Units spent; absent while a module is not metered. */
  readonly fuel?: number;
  /** 64 KiB pages of linear memory when the call ended. */
  readonly memoryPages: number;
  readonly logs: readonly { readonly level: string; readonly text: string }[];
}

export interface Sandbox {
  /** Calls an export in an instance that holds nothing of another call. Never throws for what a guest does. */
  call(call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>>;
  /** Validates with the engine what the decoder accepted. */
  validate(bytes: Uint8Array): boolean;
}

// ---------------------------------------------------------------- the network

/** Addresses whose first `bits` bits are those of `bytes`, which are four or sixteen. */
export interface AddressRange {
  readonly bytes: readonly number[];
  readonly bits: number;
}

export interface HostRule {
  /** As `URL` writes it, without a closing dot. */
  readonly name: string;
  /** Whether the names under it are meant, and not itself. */
  readonly isSuffix: boolean;
  /** Absent: any that is not kept for something else than HTTP. */
  readonly port?: number;
}

/** A host that a plugin or a secret may go to: one port of it, by one protocol. */
export interface HostGrant extends HostRule {
  readonly port: number;
  readonly protocol: 'https:' | 'http:';
}

/** Which hosts may be asked. Metadata services of clouds never are. */
export interface EgressPolicy {
  /** Plain `http:` too. Addresses in `allowAddresses` may be asked so in any case. */
  readonly allowHttp: boolean;
  /** Absent: every public host. */
  readonly allowHosts?: readonly HostRule[];
  readonly denyHosts: readonly HostRule[];
  /** Not public, and allowed nevertheless. */
  readonly allowAddresses: readonly AddressRange[];
  /** What is allowed of all that, for whoever may not have all of it. */
  readonly granted?: readonly HostGrant[];
}

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array | string;
  /** Of the answer's body, decoded. */
  readonly maxBytes: number;
  /** Default `follow`: at most three, each checked as the first address was. */
  readonly redirect?: 'follow' | 'manual';
  readonly policy: EgressPolicy;
  /** Whose secrets may stand in it as placeholders. Absent: none may. */
  readonly secrets?: SecretUse;
}

export interface SecretUse {
  readonly tenant: Tenant;
  /** All that may be used; each is taken out of the answer, used or not. Absent: every one of the tenant. */
  readonly names?: readonly string[];
}

export interface EgressReply {
  readonly status: number;
  /** Names in lower case; `set-cookie` may be there more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** Of the last redirect. */
  readonly url: string;
}

/** The way out to hosts that recipes and plugins name. */
export interface Egress {
  /** What this server allows at most. */
  readonly policy: EgressPolicy;
  /**
   * `http_denied`, `http_unreachable`, `http_too_large`, `timeout`. Any status is an answer. Secrets are
   * filled in for hosts that they are for, and taken out of what comes back.
   */
  fetch(request: EgressRequest, signal: AbortSignal): Promise<Result<EgressReply>>;
}

// ---------------------------------------------------------------- runs

export interface Submission {
  readonly tenant: Tenant;
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly planHash: Digest;
  readonly plan: Plan;
  /** Checked and coerced. */
  readonly inputs: JsonObject;
  /** Asked by every `language_task` instead of what it names. */
  readonly model?: JsonValue;
  readonly labels: JsonObject;
  /** Warnings found before the run, kept with it. */
  readonly warnings: readonly Issue[];
  readonly idempotency?: Idempotency;
  readonly admission: Admission;
  /** Runs with the same one lie together, so that the limits they share hold. */
  readonly place?: string;
  /** The run that this one does again, and what it takes over from it. */
  readonly replayOf?: RunId;
  readonly seeds?: Seeds;
  /** An address that is told how the run has ended. */
  readonly webhook?: string;
  /** The failed run that it is started for. */
  readonly failureOf?: RunId;
  /** Milliseconds that the answer may wait for the run's end. Default 0. */
  readonly waitMs?: number;
}

/** What a replay is made of. */
export interface Origin {
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly planHash: Digest;
  /** Absent for runs that were executed inline: nothing is kept of theirs. */
  readonly plan?: Plan;
  readonly labels: JsonObject;
  readonly inputs: JsonObject;
  readonly model?: JsonValue;
  readonly seeds?: Seeds;
}

export type RunAction = 'cancel' | 'pause' | 'resume' | 'retry';

export interface ActOptions {
  /** Of `cancel`: what nodes have done is undone first, by what they name under `compensate`. */
  readonly rollback?: boolean;
}

export interface BulkOrder {
  /** `discard` takes runs that have ended away, with all that is kept of them. */
  readonly action: RunAction | 'discard';
  readonly filter: RunConditions;
  /** Runs at most. */
  readonly limit: number;
}

/** A key under which a second submission gets the first one's run. */
export interface Idempotency {
  readonly key: string;
  readonly bodyHash: Digest;
}

export interface RunConditions {
  readonly recipe?: string;
  readonly status?: RunStatus;
  /** A label as text. */
  readonly label?: { readonly name: string; readonly value: string };
  readonly createdFrom?: EpochMs;
  readonly createdBefore?: EpochMs;
}

export interface RunFilter extends RunConditions {
  /** 1 to 100. */
  readonly limit: number;
  /** The id after which the page starts, newest first. */
  readonly cursor?: RunId;
}

/** A run that was executed elsewhere and is only to be kept. */
export interface FinishedRun {
  readonly tenant: Tenant;
  readonly view: RunView;
  /** As they are, also where the view hides some. */
  readonly inputs: JsonObject;
  readonly nodes: readonly NodeView[];
  readonly events: readonly RunEvent[];
  readonly idempotency?: Idempotency;
}

export interface EventPage {
  readonly events: readonly RunEvent[];
  readonly deltas: readonly PlacedDelta[];
  /** Events after the place that was asked for, up to this number, are not kept any more. */
  readonly lostUntil?: number;
  readonly finished: boolean;
}

/** Durable runs of a tenant. */
export interface Runs {
  /** For a run that is executed elsewhere: where `reserve` keeps its key, `record` finds it. */
  newId(idempotency: Idempotency | undefined): RunId;
  /** Durable before it answers. */
  submit(
    submission: Submission,
  ): Promise<Result<{ readonly view: RunView; readonly replayed: boolean }>>;
  find(tenant: Tenant, id: RunId): Promise<RunView | undefined>;
  /** All steps of one node, outputs included: visits and, for a map, its items. */
  findNode(tenant: Tenant, id: RunId, node: string): Promise<Result<readonly NodeView[]>>;
  list(tenant: Tenant, filter: RunFilter): Promise<readonly RunSummary[]>;
  /**
   * Events after a place, at most 500, and the deltas between them. With `waitMs` and nothing new,
   * waits that long for some. `finished`: the run has ended and these are its last.
   */
  events(tenant: Tenant, id: RunId, after: EventPlace, waitMs: number): Promise<Result<EventPage>>;
  /** Waits up to `waitMs` for the run to end, then gives its view. */
  wait(tenant: Tenant, id: RunId, waitMs: number): Promise<RunView | undefined>;
  /**
   * Each may be asked for again without harm. `run_finished` where it is too late for it; `run_not_kept`
   * where nothing is left to retry.
   */
  act(tenant: Tenant, id: RunId, action: RunAction, options?: ActOptions): Promise<Result<RunView>>;
  /** What a replay needs; `from` a point of the run, or from its beginning. */
  origin(tenant: Tenant, id: RunId, point?: ReplayPoint): Promise<Result<Origin>>;
  cancel(tenant: Tenant, id: RunId): Promise<Result<RunView>>;
  /** `hasMore`: runs are left that the filter finds. */
  bulk(
    tenant: Tenant,
    order: BulkOrder,
  ): Promise<{ readonly changed: number; readonly hasMore: boolean }>;
  queue(tenant: Tenant): Promise<QueueView>;
  /** Gives an event to a run. `received`: something waited for it; else it is kept for what will. */
  deliver(
    tenant: Tenant,
    id: RunId,
    event: { readonly name: string; readonly payload: JsonValue },
  ): Promise<Result<{ readonly received: boolean }>>;
  /** Steps that wait for people, oldest first, at most 100. */
  approvals(tenant: Tenant): Promise<readonly ApprovalView[]>;
  findApproval(tenant: Tenant, id: RunId, key: string): Promise<ApprovalView | undefined>;
  /**
   * Once decided, the first decision is what everybody gets. `approval_not_found`, `approval_gone`,
   * `forbidden` to who is in no group that is asked, `form_invalid` with `{pointer, detail}` of each fault.
   */
  decide(tenant: Tenant, approval: ApprovalPlace, verdict: Decision): Promise<Result<ApprovalView>>;
  /**
   * Takes a key for a run that is executed elsewhere. Null: it is the caller's, until `record`;
   * else the run that had it. `conflict` while another caller has it.
   */
  reserve(tenant: Tenant, idempotency: Idempotency | undefined): Promise<Result<RunView | null>>;
  /** US dollars that runs have spent on models since the start of a day in UTC. */
  spentSince(tenant: Tenant, day: EpochMs): Promise<number>;
  record(run: FinishedRun): Promise<void>;
}

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
