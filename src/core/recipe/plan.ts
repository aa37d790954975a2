/**
 * The plan: a checked recipe as the engine runs it. Pure JSON, so that it can be stored, hashed and
 * sent as it is. Templates and expressions stay source text; a reader parses them once by their text.
 *
 * P1. Node ids of one graph are unique, and every edge names nodes of its graph, `START` or `END`.
 * P2. Imports, `@references` and defaults are gone: what a plan says is all there is. The exception
 *     is a reference that itself holds a template; it is looked up in `definitions` when it is read.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import type { PluginAsks } from '../plugin/asks.ts';

export const PLAN_FORMAT = 1;
export const START = 'START';
export const END = 'END';

export type NodeId = string;
/** Source text of an expression, without the surrounding `{{ }}`. */
export type Expression = string;

export interface Plan {
  readonly planFormat: typeof PLAN_FORMAT;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly inputs: readonly InputSpec[];
  readonly graph: Graph;
  /** Definitions readable in templates, the scope of lowest precedence. */
  readonly definitions: JsonObject;
  readonly modelConfig?: JsonValue;
  readonly limits: RunLimits;
  readonly concurrency?: ConcurrencyPolicy;
  /** How many runs start in a time; more wait. */
  readonly rateLimit?: RateLimitPolicy;
  readonly debounce?: DebouncePolicy;
  /** Absent: 0. */
  readonly priority?: number;
  /** What starts with the report of a failed run: a recipe of the tenant, or an address to call. */
  readonly onFailure?: { readonly recipe?: string; readonly webhook?: string };
  /** Stop a template at an undefined variable instead of rendering nothing. */
  readonly strict: boolean;
  /** Something in it, or in a sub-recipe, is never shown. */
  readonly sensitive?: true;
  /** Plans of sub-recipes by the path that nodes name. */
  readonly recipes: { readonly [path: string]: Plan };
  /** Texts of prompt templates by file name. */
  readonly prompts: { readonly [name: string]: string };
  /** What each static function reference meant when the recipe was planned, by the reference as written. */
  readonly functions: { readonly [reference: string]: PinnedFunction };
}

/** A function reference resolved to the bytes that a run will call, whatever is published later. */
export interface PinnedFunction {
  readonly plugin: string;
  readonly version: string;
  /** SHA-256 of the plugin's bytes, lower-case hex. */
  readonly hash: string;
  /** The function's id in the manifest, and the module's export behind it. */
  readonly function: string;
  readonly export: string;
  /**
   * How input and output travel. `auto`, for a plugin without a manifest: a string goes in as text,
   * anything else as JSON; what comes out is JSON if it parses and text if not.
   */
  readonly contentType: 'json' | 'text' | 'bytes' | 'auto';
  /** What it does, for a model that may call it. */
  readonly description?: string;
  /** True when the plugin is part of this release and runs beside the engine. */
  readonly bundled: boolean;
  /** JSON Schemas, draft-07, when the manifest declares them. */
  readonly input?: JsonValue;
  readonly output?: JsonValue;
  readonly pure: boolean;
  /** Of its manifest, beyond computing; the tenant's grant says what of it is so. */
  readonly asks?: PluginAsks;
  /** Its export takes a list of inputs and gives a list of outputs. */
  readonly batch?: true;
  /** Present on a fold: what its steps take. `export` is then what its three exports begin with. */
  readonly fold?: 'items' | 'chunks';
}

export interface RunLimits {
  /** Visits of nodes in one run, sub-recipes included, items of maps not. Default 10 000. */
  readonly maxSteps: number;
  /** Milliseconds from the start of the run; no limit when absent. */
  readonly timeoutMs?: number;
  /** Runs of the recipe under way at a time. */
  readonly maxConcurrent?: number;
  /** Spend and tokens at which the run stops cleanly. */
  readonly maxCostUsd?: number;
  readonly maxTokens?: number;
  /** Call models that have no price although `maxCostUsd` is set. */
  readonly allowUnpriced?: boolean;
}

/** How many runs of the recipe go on at a time. */
export interface ConcurrencyPolicy {
  readonly limit: number;
  readonly onLimit: 'queue' | 'reject' | 'replace';
  /** A template. */
  readonly key?: string;
}

/** Submissions close together become one run, with what the last one gave. */
export interface DebouncePolicy {
  /** From the last submission to the start. */
  readonly waitMs: number;
  /** From the first submission to the start, at most. */
  readonly maxWaitMs: number;
  /** A template. */
  readonly key?: string;
}

export interface Graph {
  /** In the order listed. */
  readonly nodes: readonly PlanNode[];
  /** One from and one to each; `START` and `END` are resolved into `entries` and `to: END`. */
  readonly edges: readonly PlanEdge[];
  /** Nodes that start the graph, in the order listed. */
  readonly entries: readonly NodeId[];
  /** Absent: every node's output. */
  readonly outputs?: readonly OutputSpec[];
}

export interface PlanEdge {
  readonly from: NodeId;
  /** A node, or `END`. */
  readonly to: NodeId;
  readonly condition?: Expression;
  /** True for an edge that closes a cycle: no join waits for it, taking it starts another visit. */
  readonly back: boolean;
}

export interface OutputSpec {
  readonly id: string;
  /** A resolvable value; absent: the path that `id` names. */
  readonly value?: JsonValue;
  readonly condition?: Expression;
  readonly description?: string;
  readonly sensitive?: true;
}

export const INPUT_TYPES = [
  'string',
  'text',
  'int',
  'float',
  'bool',
  'file',
  'literal',
  'json',
] as const;
export type InputType = (typeof INPUT_TYPES)[number];

export interface InputSpec {
  readonly id: string;
  readonly type: InputType;
  readonly label: string;
  readonly description?: string;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly literalValues?: readonly JsonValue[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** JSON Schema, draft-07. */
  readonly schema?: JsonValue;
  readonly sensitive?: true;
}

export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly backoff: number;
  readonly maxDelayMs: number;
  /** Share of the delay that is random, 0 to 1. */
  readonly jitter: number;
  /** Codes to retry; absent: every retryable failure. */
  readonly retryOn?: readonly string[];
}

export interface CachePolicy {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly scope: 'tenant' | 'recipe' | 'run';
  /** A template. */
  readonly key?: string;
}

export interface RateLimitPolicy {
  readonly limit: number;
  readonly windowMs: number;
  /** A template. */
  readonly key?: string;
}

interface NodeCommon {
  readonly id: NodeId;
  readonly description?: string;
  /** A resolvable value, usually an object of them. */
  readonly input?: JsonValue;
  /** Name under which the output is published. */
  readonly output: string;
  /** The output is never shown. */
  readonly sensitive?: true;
  readonly when?: Expression;
  readonly timeoutMs?: number;
  readonly retry: RetryPolicy;
  readonly onError: 'halt' | 'continue';
  readonly cache?: CachePolicy;
  readonly rateLimit?: RateLimitPolicy;
  readonly maxVisits: number;
  /** A function, or `{function_identifier, input}`, called in reverse order when a run is rolled back. */
  readonly compensate?: JsonValue;
}

export interface FunctionNode extends NodeCommon {
  readonly type: 'function_task';
  /** A function reference (`plugin.function`, `plugin.function@range`, bare id) or a template of one. */
  readonly function: string;
}

export interface LanguageNode extends NodeCommon {
  readonly type: 'language_task';
  /** A template, or the name of a prompt in `Plan.prompts`. */
  readonly prompt?: string;
  readonly system?: string;
  readonly messages?: JsonValue;
  /** A resolvable model value: object, `provider/model`, alias, list of them. */
  readonly model?: JsonValue;
  readonly responseSchema?: JsonValue;
  readonly stream: boolean;
  /** Prompts and answers are kept in events, where nothing else puts them. */
  readonly traceContent?: boolean;
  /** Answers for the `mock` provider. */
  readonly examples?: JsonValue;
  /** Function references that the model may call, or `{function_identifier, …}`. */
  readonly tools?: readonly JsonValue[];
  readonly options?: JsonObject;
}

export interface SpeechNode extends NodeCommon {
  readonly type: 'text_to_speech_task' | 'speech_to_text_task';
  readonly model?: JsonValue;
  readonly options: JsonObject;
}

export interface MapNode extends NodeCommon {
  readonly type: 'map';
  /** A resolvable value giving a list or a map, or `{file, chunk}`. */
  readonly over: JsonValue;
  /** Its id is `task`. Its `output` names the field of a record. */
  readonly task: PlanNode;
  readonly maxConcurrency: number;
  readonly itemErrors: 'halt' | 'skip' | 'drop';
  readonly collect: 'values' | 'records';
  readonly batchSize?: number;
  readonly itemTimeoutMs?: number;
}

export interface ReduceNode extends NodeCommon {
  readonly type: 'reduce';
  readonly over: JsonValue;
  readonly function: string;
}

export interface RecipeNode extends NodeCommon {
  readonly type: 'recipe';
  /** Key into `Plan.recipes`, or a template giving one. */
  readonly path: string;
  readonly inputMapping?: JsonObject;
  readonly outputMapping?: JsonObject;
  /** Whether the author wrote `output`. */
  readonly hasOutput: boolean;
}

export interface HitlNode extends NodeCommon {
  readonly type: 'hitl';
  readonly title?: string;
  readonly instructions?: string;
  /** JSON Schema of the form. */
  readonly form?: JsonValue;
  readonly defaultAction: 'approve' | 'reject' | 'escalate' | 'fail';
  readonly approvalsRequired: number;
  readonly groups: readonly string[];
}

export interface HttpNode extends NodeCommon {
  readonly type: 'http_task';
  readonly method: string;
  readonly url: string;
  readonly headers?: JsonValue;
  readonly query?: JsonValue;
  readonly body?: JsonValue;
  readonly expect?: JsonValue;
}

export interface WaitNode extends NodeCommon {
  readonly type: 'wait';
  readonly for?: JsonValue;
  readonly until?: JsonValue;
  readonly event?: JsonValue;
}

export type PlanNode =
  | FunctionNode
  | LanguageNode
  | SpeechNode
  | MapNode
  | ReduceNode
  | RecipeNode
  | HitlNode
  | HttpNode
  | WaitNode;
export type NodeType = PlanNode['type'];
