/** What steps cost in rows, counted on the SQLite of a real Durable Object. */
import { env } from 'cloudflare:workers';
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { writeTurn } from '../../src/adapters/durable-objects/queue-rows.ts';
import { migrateQueue } from '../../src/adapters/durable-objects/queue-schema.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import { advance } from '../../src/core/run/advance.ts';
import { createRunState } from '../../src/core/run/state.ts';
import type { RunState } from '../../src/core/run/state.ts';
import type { WorkflowQueueObject } from '../../src/adapters/durable-objects/workflow-queue.ts';

// SAFETY: the binding of the Worker under test.
const namespace = (
  env as unknown as { WORKFLOW_QUEUE: DurableObjectNamespace<WorkflowQueueObject> }
).WORKFLOW_QUEUE;

interface Counts {
  /** Rows written by the table that a statement names. */
  readonly written: Map<string, number>;
  /** Bytes of JSON that went into rows. */
  bytes: number;
}

function counted(sql: SqlStorage): { readonly sql: SqlStorage; readonly counts: Counts } {
  const counts: Counts = { written: new Map(), bytes: 0 };
  const exec = (query: string, ...values: SqlStorageValue[]) => {
    const cursor = sql.exec(query, ...values);
    const rows = cursor.toArray();
    const table = /(?:INTO|UPDATE|FROM)\s+(\w+)/i.exec(query)?.[1] ?? 'none';
    counts.written.set(table, (counts.written.get(table) ?? 0) + cursor.rowsWritten);
    for (const value of values) if (typeof value === 'string') counts.bytes += value.length;
    return { toArray: () => rows, one: () => rows[0] };
  };
  // SAFETY: only `exec` is used.
  return { sql: { exec } as unknown as SqlStorage, counts };
}

const node = (id: string) => ({ id, type: 'http_task', url: 'https://example.com' });

function started(recipe: object): RunState {
  const { plan, diagnostics } = compileRecipe({
    path: 'recipes/r.yaml',
    text: JSON.stringify(recipe),
    sources: new Map(),
    prompts: new Map(),
  });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  const identity = {
    id: 'run_rows',
    recipe: 'r',
    recipeVersion: null,
    planHash: 'p',
    mode: 'durable' as const,
    createdAt: 0,
    labels: {},
    inputs: {},
  };
  return createRunState(identity, plan);
}

const WORLD = { now: 0, random: () => 0 };

/** Answers what is launched, `most` at a time, until the run has ended; each turn is handed on. */
function drive(state: RunState, most: number, onTurn: (turn: ReturnType<typeof advance>) => void) {
  const waiting: { key: string; attempt: number }[] = [];
  const take = (facts: Parameters<typeof advance>[1]) => {
    const turn = advance(state, facts, WORLD);
    waiting.push(...turn.launch);
    onTurn(turn);
  };
  take([{ type: 'queue' }, { type: 'start' }]);
  while (waiting.length > 0) {
    take(
      waiting.splice(0, most).map(({ key, attempt }) => ({
        type: 'succeeded',
        key,
        attempt,
        output: { ok: true },
        stats: { wallMs: 1 },
        warnings: [],
      })),
    );
  }
}

describe('rows written', () => {
  it('are at most two for a step of a chain, the run apart', async () => {
    const stub = namespace.get(namespace.idFromName('rows:chain'));
    await runInDurableObject(stub, (_object, ctx) => {
      migrateQueue(ctx.storage);
      const { sql, counts } = counted(ctx.storage.sql);
      const state = started({
        name: 'chain',
        nodes: Array.from({ length: 100 }, (_, n) => node(`n${n}`)),
      });
      drive(state, 1, ({ record }) => writeTurn(sql, 'run_rows', record));
      expect(state.status).toBe('completed');
      const { run_rows: _run, ...steps } = Object.fromEntries(counts.written);
      const perStep = Object.values(steps).reduce((sum, rows) => sum + rows, 0) / 100;
      expect(perStep).toBeLessThanOrEqual(2.02);
      expect(counts.written.get('steps')).toBe(100);
    });
  });

  it('are as many for an item at the end of a map of 10 000 as at its beginning, 20 in flight', async () => {
    const stub = namespace.get(namespace.idFromName('rows:map'));
    await runInDurableObject(stub, (_object, ctx) => {
      migrateQueue(ctx.storage);
      const { sql, counts } = counted(ctx.storage.sql);
      const { id: _id, ...task } = node('x');
      const state = started({
        name: 'map',
        nodes: [
          {
            id: 'm',
            type: 'map',
            over: '{{ range(10000) }}',
            max_concurrency: 20,
            collect: 'values',
            task,
          },
        ],
      });
      const costs: { items: number; rows: number; bytes: number }[] = [];
      drive(state, 1, ({ record }) => {
        const before = total(counts);
        const bytes = counts.bytes;
        writeTurn(sql, 'run_rows', record);
        const items = record.events.filter(({ type }) => type === 'item.completed').length;
        costs.push({ items, rows: total(counts) - before, bytes: counts.bytes - bytes });
      });
      expect(state.status).toBe('completed');
      const cost = (part: typeof costs) => {
        const items = part.reduce((sum, each) => sum + each.items, 0);
        return {
          rows: part.reduce((sum, each) => sum + each.rows, 0) / items,
          bytes: part.reduce((sum, each) => sum + each.bytes, 0) / items,
        };
      };
      const [first, last] = [cost(costs.slice(100, 1_100)), cost(costs.slice(-1_200, -200))];
      expect(last.rows / first.rows).toBeLessThanOrEqual(1.1);
      expect(last.bytes / first.bytes).toBeLessThanOrEqual(1.1);
      expect(last.rows).toBeLessThanOrEqual(3);
    });
  });
});

function total({ written }: Counts): number {
  return [...written.values()].reduce((sum, rows) => sum + rows, 0);
}
