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
import type { JsonObject, JsonValue } from '../json.ts';
import type { Graph, MapNode, NodeId, Plan, PlanNode } from '../recipe/plan.ts';
import type { RunEvent, RunStatus, StepKey } from './events.ts';
import type { ItemOutcome, LedgerEntry, RunFailure, RunWarning, StepRow } from './record.ts';

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
}

export interface RunState {
  readonly identity: RunIdentity;
  readonly plan: Plan;
  readonly root: Frame;
  status: RunStatus;
  startedAt?: number;
  endedAt?: number;
  /** The last event's number. */
  seq: number;
  /** Visits of nodes so far. */
  stepCount: number;
  readonly warnings: RunWarning[];
  result?: { readonly outputs: JsonObject; readonly missing: readonly string[] };
  failure?: RunFailure;
  readonly active: Map<StepKey, Active>;
  /** The rows of decided steps and of opened maps and sub-recipes. */
  readonly rows: Map<StepKey, StepRow>;
  /** Outcomes of items by the key of their map, kept for the view after the map is decided. */
  readonly ledgers: Map<StepKey, Ledger>;
  /** What changed since the last commit. */
  readonly changes: Changes;
}

export interface Changes {
  events: RunEvent[];
  steps: Map<StepKey, StepRow>;
  /** Segments of ledgers by the map's key. */
  segments: Map<StepKey, Set<number>>;
  /** Frames and maps that `decide` has to look at. */
  frames: Set<Frame>;
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
  /** The step that this frame is the inside of; absent at the root. */
  readonly owner?: Active;
  /** Taken back edges that wait for their loop's body to settle. */
  readonly pendingBack: Set<number>;
  /** How many loops have been taken so far: later waves overwrite earlier ones' outputs. */
  wave: number;
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
  readonly wave: number;
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
  attempt: number;
  phase: 'ready' | 'running' | 'backoff' | 'open';
  retryAt?: number;
  failure?: Failure;
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

/** The inside of an open map. */
export interface MapProgress {
  readonly node: MapNode;
  readonly items: readonly JsonValue[];
  readonly keys?: readonly string[];
  readonly ledger: Ledger;
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
    seq: 0,
    stepCount: 0,
    warnings: [],
    active: new Map(),
    rows: new Map(),
    ledgers: new Map(),
    changes: noChanges(),
  };
}

export function noChanges(): Changes {
  return { events: [], steps: new Map(), segments: new Map(), frames: new Set(), maps: new Set() };
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
    values: new Map(Object.entries(inputs).map(([name, value]) => [name, { value, wave: 0 }])),
    ...(owner !== undefined && { owner }),
    pendingBack: new Set(),
    wave: 0,
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

/**
 * Publishes an output. A later wave wins; within one, a node behind the last writer wins, and of two
 * side by side the one listed later, whichever finishes first.
 */
export function publish(frame: Frame, writer: NodeId, name: string, value: JsonValue): void {
  const current = frame.values.get(name);
  if (current?.writer !== undefined && current.wave === frame.wave) {
    const place = (id: NodeId) => frame.index.nodes.get(id)?.position ?? 0;
    const isBehind = frame.index.reach(current.writer).has(writer);
    if (!isBehind && place(writer) < place(current.writer)) return;
    if (frame.index.reach(writer).has(current.writer) && writer !== current.writer) return;
  }
  frame.values.set(name, { value, writer, wave: frame.wave });
}
