/**
 * The state of a run in memory. `apply` alone changes it; rows hold the same facts (`record.ts`),
 * and `restore` builds it from them.
 *
 * R1. A step is in `active` from its start until it is decided; its row is in `rows` from then on.
 * R2. Nothing here is true that the rows do not also say.
 */
import type { Failure } from '../errors.ts';
import { indexOf } from '../graph.ts';
import type { GraphIndex } from '../graph.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import type { Graph, MapNode, NodeId, Plan, PlanNode } from '../recipe/plan.ts';
import type { CancelReason, RunEvent, RunStatus, StepKey, StepStats } from './events.ts';
import type { LoadSpread } from './load.ts';
import { NOTHING_SPENT } from './spend.ts';
import type { Spend } from './spend.ts';
import type {
  ChunkSource,
  ItemOutcome,
  KeptEvent,
  KeptVerdict,
  LedgerEntry,
  Rollback,
  RunFailure,
  RunWarning,
  StepRow,
  Waiting,
} from './record.ts';

/** What a run is, fixed when it is submitted. */
export interface RunIdentity {
  readonly id: string;
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly planHash: string;
  readonly mode: 'durable' | 'inline';
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly labels: JsonObject;
  readonly inputs: JsonObject;
  /** Asked by every `language_task` instead of what it names. */
  readonly model?: JsonValue;
  /** The run that this one does again, in whole or in part. */
  readonly replayOf?: string;
  /** An address that is told how it has ended. */
  readonly webhook?: string;
  /** The failed run that it was started for, as that one's `on_failure` says. */
  readonly failureOf?: string;
}

/** An inline run holds its request: it may wait so long after its submission. Milliseconds. */
export const MAX_INLINE_MS = 60_000;

export function mayWaitUntil({ identity }: Pick<RunState, 'identity'>, dueAt: number): boolean {
  return identity.mode !== 'inline' || dueAt - identity.createdAt <= MAX_INLINE_MS;
}

/** What templates can read about the run itself. */
export type RunAbout = Pick<RunState, 'identity' | 'startedAt'>;

export interface RunState {
  readonly identity: RunIdentity;
  readonly plan: Plan;
  readonly root: Frame;
  status: RunStatus;
  startedAt?: number;
  endedAt?: number;
  /** Milliseconds since its start in which it was kept from going on: they count for no deadline. */
  heldMs: number;
  /** Since when it is kept from going on; in epoch milliseconds. */
  heldSince?: number;
  /** The last event's number. */
  seq: number;
  /** Visits of nodes so far. */
  stepCount: number;
  readonly warnings: RunWarning[];
  /** Events that came before anything waited for them. */
  readonly inbox: KeptEvent[];
  /** Verdicts that came before anybody was asked. */
  readonly early: KeptVerdict[];
  result?: { readonly outputs: JsonObject; readonly missing: readonly string[] };
  failure?: RunFailure;
  cancelReason?: CancelReason;
  /** It is to end so, and is being undone first. */
  rollback?: Rollback;
  readonly active: Map<StepKey, Active>;
  /** The rows of decided steps and of opened maps and sub-recipes. */
  readonly rows: Map<StepKey, StepRow>;
  /** What an earlier run had decided, by step: see `seeds.ts`. */
  readonly seeds: Map<StepKey, StepRow>;
  /** Outcomes of items by the key of their map, kept for the view after the map is decided. */
  readonly ledgers: Map<StepKey, Ledger>;
  spent: Spend;
  /** Of where it goes on; whoever writes its turns looks. */
  load?: LoadSpread;
  /** Of all values that it has kept so far. */
  valueBytes: number;
  /** What changed since the last commit. */
  readonly changes: Changes;
}

export interface Changes {
  events: RunEvent[];
  steps: Map<StepKey, StepRow>;
  /** Segments of ledgers by the map's key. */
  segments: Map<StepKey, Set<number>>;
  /** Frames that `decide` has to look at, each with the nodes that were decided since, or all of it. */
  frames: Map<Frame, Set<NodeId> | 'whole'>;
  /** Maps that it has to look at. */
  maps: Set<Active>;
}

/** One graph being walked: the recipe's own, or a sub-recipe's. */
export interface Frame {
  /** Prefix of its steps' keys: empty, or the owner's key and a slash. */
  readonly path: string;
  readonly plan: Plan;
  readonly graph: Graph;
  readonly index: GraphIndex;
  readonly nodes: Map<NodeId, NodeState>;
  readonly inputs: JsonObject;
  readonly values: Map<string, Published>;
  /** What nodes have published under each name: one of them is its value. */
  readonly writes: Map<string, Write[]>;
  /** The step that this frame is the inside of; absent at the root. */
  readonly owner?: Active;
  /** Taken back edges that wait for their loop's body to settle. */
  readonly pendingBack: Set<number>;
  ended: boolean;
}

export interface NodeState {
  /** Starts so far. */
  visit: number;
  status: 'pending' | 'active' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  /** True when a back edge calls for another visit. */
  armed: boolean;
  taken: readonly number[];
  output?: JsonValue;
}

export interface Published {
  readonly value: JsonValue;
  /** Absent for an input. */
  readonly writer?: NodeId;
}

export interface Write {
  readonly writer: NodeId;
  readonly value: JsonValue;
  /** An output of a sub-recipe under its own name, which gives way to the output of a node. */
  readonly isExtra: boolean;
  /** Targets of loops that have started over since. */
  readonly undoneBy: Set<NodeId>;
}

/** What a map's task sees of its item. */
export interface ItemContext {
  readonly item: JsonValue;
  readonly index: number;
  readonly key?: string;
  readonly total: number;
  readonly parent?: ItemContext;
}

/** A step begun and not decided. */
export interface Active {
  readonly key: StepKey;
  readonly node: PlanNode;
  readonly frame: Frame;
  readonly visit: number;
  readonly item?: ItemContext;
  /** The map this is an item of. */
  readonly map?: Active;
  /** Started by a back edge. */
  readonly looped: boolean;
  readonly startSeq: number;
  readonly startedAt: number;
  /** The run's `heldMs` when the step began. */
  readonly heldMs: number;
  attempt: number;
  phase: 'ready' | 'running' | 'backoff' | 'open' | 'waiting';
  retryAt?: number;
  /** It is so long until then that the run gives its slot back. */
  rests?: true;
  /** A rate limit refused the attempt: it is made again under its own number. */
  throttled?: true;
  failure?: Failure;
  /** Of the last attempt, if it failed. */
  stats?: StepStats;
  waiting?: Waiting;
  /** The input as it is, where it is no template. */
  readonly given?: JsonValue;
  /** How far its task has come, in this attempt or an earlier one. */
  checkpoint?: JsonValue;
  progress?: MapProgress;
  inside?: Frame;
  /** The path under which the plan of `inside` was found. */
  recipe?: string;
}

export interface Ledger {
  readonly outcomes: (ItemOutcome | null)[];
  decided: number;
  failed: number;
  /** The same outcomes as they lie in rows. */
  readonly segments: LedgerEntry[][];
  /** Bytes of the last segment. */
  tailBytes: number;
}

/** What a map goes over. */
export interface Opened {
  readonly items: JsonArray;
  readonly keys?: readonly string[];
  readonly source?: ChunkSource;
}

/** The inside of an open map. */
export interface MapProgress {
  readonly node: MapNode;
  readonly items: readonly JsonValue[];
  readonly keys?: readonly string[];
  readonly source?: ChunkSource;
  readonly ledger: Ledger;
  /** What the map's own input gives to its items, once one has asked. */
  shared?: JsonObject;
  /** The first item that may not have been started. */
  next: number;
  inFlight: number;
}

export function createRunState(identity: RunIdentity, plan: Plan): RunState {
  const root = createFrame('', plan, identity.inputs);
  return {
    identity,
    plan,
    root,
    status: 'queued',
    heldMs: 0,
    seq: 0,
    stepCount: 0,
    warnings: [],
    inbox: [],
    early: [],
    active: new Map(),
    rows: new Map(),
    seeds: new Map(),
    ledgers: new Map(),
    spent: NOTHING_SPENT,
    valueBytes: 0,
    changes: noChanges(),
  };
}

export function noChanges(): Changes {
  return { events: [], steps: new Map(), segments: new Map(), frames: new Map(), maps: new Set() };
}

/** Has `decide` look at the frame: at what is behind `decided`, or else at every node. */
export function lookAt({ changes }: RunState, frame: Frame, decided?: NodeId): void {
  const known = changes.frames.get(frame);
  if (known === 'whole') return;
  if (decided === undefined) changes.frames.set(frame, 'whole');
  else if (known === undefined) changes.frames.set(frame, new Set([decided]));
  else known.add(decided);
}

export function createFrame(path: string, plan: Plan, inputs: JsonObject, owner?: Active): Frame {
  const { graph } = plan;
  return {
    path,
    plan,
    graph,
    index: indexOf(graph),
    nodes: new Map(
      graph.nodes.map(({ id }) => [id, { visit: 0, status: 'pending', armed: false, taken: [] }]),
    ),
    inputs,
    values: new Map(Object.entries(inputs).map(([name, value]) => [name, { value }])),
    writes: new Map(),
    ...(owner !== undefined && { owner }),
    pendingBack: new Set(),
    ended: false,
  };
}

export function createLedger(): Ledger {
  return { outcomes: [], decided: 0, failed: 0, segments: [[]], tailBytes: 0 };
}

export function stepKey(frame: Frame, node: NodeId, visit: number): StepKey {
  return `${frame.path}${node}${visit > 1 ? `@${visit}` : ''}`;
}

export function itemKey(map: Active, index: number): StepKey {
  return `${map.key}[${index}]`;
}

/** The state of a node that the graph is known to have. */
export function nodeState(frame: Frame, id: NodeId): NodeState {
  const state = frame.nodes.get(id);
  if (state === undefined) throw new Error(`Cannot find node "${id}" in frame "${frame.path}"`);
  return state;
}

/** Whether a step is still to be decided. A command may come after one that ended its step. */
export function isActive(state: RunState, step: Active): boolean {
  return state.active.get(step.key) === step;
}

/** Whether a graph is still being walked: the run goes on, or the step that it is the inside of. */
export function isLive(state: RunState, frame: Frame): boolean {
  return !frame.ended && (frame.owner === undefined || isActive(state, frame.owner));
}

/** Whether a key names a step inside another: an item of a map or a node of a sub-recipe. */
export function isInside(key: StepKey, outer: StepKey): boolean {
  return key.startsWith(`${outer}[`) || key.startsWith(`${outer}/`);
}
