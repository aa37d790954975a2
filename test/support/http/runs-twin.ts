/** Durable runs in memory, moved on by the test. */
import { fail, ok } from '../../../src/core/errors.ts';
import { isFinal } from '../../../src/core/run/events.ts';
import type { EventBody, RunEvent } from '../../../src/core/run/events.ts';
import { mergeQueues } from '../../../src/core/queue/queue-view.ts';
import type { NodeView, RunView } from '../../../src/core/run/view.ts';
import type { Runs } from '../../../src/runtime/ports.ts';
import type { Services, SubmitRequest } from '../../../src/runtime/services.ts';

const CREATED = '2026-01-01T00:00:00.000Z';
const METRICS = {
  total_time_ms: 10,
  node_time_ms: 10,
  parallel_efficiency: 1,
  slowest_node: null,
  error_count: 0,
  cache_hits: 0,
  cache_hit_rate: null,
  node_count: 1,
  skipped_count: 0,
  item_count: 0,
  critical_path: { nodes: [], time_ms: 0 },
  resources: {
    samples: 0,
    fuel: null,
    memory_pages: null,
    requests: null,
    limit_used: null,
    queue_depth: null,
    storage_bytes: null,
  },
  attempts: 1,
  fuel: 0,
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: null,
  unreported_tokens: 0,
  unreported_cost_usd: null,
  tool_calls: 0,
};

interface Entry {
  readonly tenant: string;
  view: RunView;
  readonly events: RunEvent[];
  readonly nodes: NodeView[];
  readonly key?: { readonly key: string; readonly bodyHash: string };
}

export interface RunsTwin extends Runs {
  start: (tenant: string, request: SubmitRequest) => ReturnType<Services['submit']>;
  /** Adds an event, and wakes whoever waits for one. */
  push(id: string, body: EventBody): void;
  end(id: string, status: 'completed' | 'failed' | 'cancelled'): void;
  /** Every long poll that was asked for, in milliseconds. */
  readonly polls: number[];
  /** Answers the long polls that are open, with nothing. */
  lapse(): void;
  readonly waits: number[];
  /** What `wait` does before it answers. */
  onWait: (id: string) => void;
}

export function createRunsTwin(): RunsTwin {
  const entries = new Map<string, Entry>();
  const sleepers = new Set<() => void>();
  const wake = (): void => {
    for (const sleeper of sleepers) sleeper();
    sleepers.clear();
  };
  const entryOf = (tenant: string, id: string): Entry | undefined => {
    const entry = entries.get(id);
    return entry?.tenant === tenant ? entry : undefined;
  };
  const noRun = (id: string) => fail('run_not_found', `Cannot find run "${id}"`);
  let count = 0;

  const twin: RunsTwin = {
    polls: [],
    waits: [],
    onWait: () => {},
    lapse: wake,
    async start(tenant, request) {
      const { idempotency } = request;
      const same = [...entries.values()].find(
        (entry) => idempotency && entry.key?.key === idempotency.key,
      );
      if (same !== undefined && same.key?.bodyHash !== idempotency?.bodyHash) {
        return fail('idempotency_mismatch', 'Cannot reuse the key: the body differs');
      }
      if (same !== undefined) return ok({ view: same.view, replayed: true });
      const id = `run_${String(++count).padStart(3, '0')}`;
      const entry = { tenant, view: queued(id, request), events: [], nodes: [] };
      entries.set(id, idempotency === undefined ? entry : { ...entry, key: idempotency });
      twin.push(id, { type: 'run.queued' });
      if (request.mode === 'inline') twin.end(id, 'completed');
      else if (request.waitMs !== undefined) await twin.wait(tenant, id, request.waitMs);
      return ok({ view: entries.get(id)!.view, replayed: false });
    },
    push(id, body) {
      const { events } = entries.get(id)!;
      events.push({ ...body, seq: events.length + 1, at: 1_000 * (events.length + 1) });
      wake();
    },
    end(id, status) {
      const entry = entries.get(id)!;
      entry.view = ended(entry.view, status);
      if (status === 'failed') {
        twin.push(id, {
          type: 'run.failed',
          failure: { code: 'trap', message: 'Cannot', retryable: false },
        });
      } else twin.push(id, { type: `run.${status}` });
    },
    async submit() {
      return fail('internal', 'Cannot submit here: the services twin starts runs');
    },
    async find(tenant, id) {
      return entryOf(tenant, id)?.view;
    },
    async findNode(tenant, id, node) {
      const entry = entryOf(tenant, id);
      if (entry === undefined) return noRun(id);
      if (node !== 'draft') return fail('node_not_found', `Cannot find node "${node}"`);
      return ok([
        {
          key: 'draft',
          node: 'draft',
          visit: 1,
          status: 'completed',
          attempts: 1,
          stats: { wallMs: 5, memoryPages: 2 },
          output: { camelCase: 1 },
        },
      ]);
    },
    async list(tenant, { recipe, status, limit, cursor }) {
      return [...entries.values()]
        .filter((entry) => entry.tenant === tenant)
        .map(({ view }) => view)
        .filter((view) => recipe === undefined || view.recipe === recipe)
        .filter((view) => status === undefined || view.status === status)
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .filter((view) => cursor === undefined || view.id < cursor)
        .slice(0, limit)
        .map(({ id, recipe: name, recipe_version, status: now, created_at }) => ({
          id,
          recipe: name,
          recipe_version,
          status: now,
          created_at,
        }));
    },
    async events(tenant, id, after, waitMs) {
      const entry = entryOf(tenant, id);
      if (entry === undefined) return noRun(id);
      if (waitMs > 0) twin.polls.push(waitMs);
      if (waitMs > 0 && entry.events.length <= after.seq && !isFinal(entry.view.status)) {
        await new Promise<void>((resolve) => sleepers.add(resolve));
      }
      const events = entry.events.slice(after.seq, after.seq + 500);
      const finished =
        isFinal(entry.view.status) && after.seq + events.length >= entry.events.length;
      return ok({ events, deltas: [], finished });
    },
    async wait(tenant, id, waitMs) {
      twin.waits.push(waitMs);
      twin.onWait(id);
      return entryOf(tenant, id)?.view;
    },
    async cancel(tenant, id) {
      const entry = entryOf(tenant, id);
      if (entry === undefined) return noRun(id);
      if (entry.view.status === 'cancelled') return ok(entry.view);
      if (isFinal(entry.view.status))
        return fail('run_finished', `Cannot cancel run "${id}": it has ended`);
      twin.end(id, 'cancelled');
      return ok(entry.view);
    },
    async act(tenant, id) {
      return twin.cancel(tenant, id);
    },
    async origin(tenant, id) {
      const entry = entryOf(tenant, id);
      if (entry === undefined) return noRun(id);
      const { recipe, recipe_version: recipeVersion, plan: planHash, labels, inputs } = entry.view;
      return ok({ recipe, recipeVersion, planHash, labels, inputs });
    },
    async bulk() {
      return { changed: 0, hasMore: false };
    },
    async queue() {
      return mergeQueues([]);
    },
    newId: () => 'run_inline',
    async deliver(tenant, id) {
      const entry = entryOf(tenant, id);
      if (entry === undefined) return noRun(id);
      if (isFinal(entry.view.status)) return fail('run_finished', `Run "${id}" has ended`);
      return ok({ received: false });
    },
    async approvals() {
      return [];
    },
    async findApproval() {
      return undefined;
    },
    async decide(_tenant, { run, key }) {
      return fail('approval_not_found', `Cannot find approval "${key}" of "${run}"`);
    },
    async reserve() {
      return ok(null);
    },
    async spentSince() {
      return 0;
    },
    async record() {},
  };
  return twin;
}

function queued(id: string, { recipe, version, mode, labels, inputs }: SubmitRequest): RunView {
  return {
    id,
    recipe: recipe ?? 'inline',
    recipe_version: version ?? null,
    plan: '0'.repeat(64),
    mode,
    created_at: CREATED,
    labels,
    inputs,
    status: 'queued',
    queue_position: 1,
  };
}

function ended(view: RunView, status: 'completed' | 'failed' | 'cancelled'): RunView {
  const common = {
    id: view.id,
    recipe: view.recipe,
    recipe_version: view.recipe_version,
    plan: view.plan,
    mode: view.mode,
    created_at: view.created_at,
    labels: view.labels,
    inputs: view.inputs,
    started_at: CREATED,
    ended_at: CREATED,
    nodes: [],
    warnings: [],
    metrics: METRICS,
  };
  if (status === 'completed') {
    return { ...common, status, result: { camelCase: true }, missing_outputs: [], mocked: false };
  }
  if (status === 'failed') return { ...common, status, error: { code: 'trap', detail: 'Cannot' } };
  return { ...common, status };
}
