/** Whatever the graph and whatever the order of answers: the same steps, the same outputs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../src/core/recipe/graph.ts';
import type { Plan, PlanNode } from '../../../src/core/recipe/plan.ts';
import type { TurnRecord } from '../../../src/core/run/record.ts';
import { mix, runReference } from '../../support/reference-engine.ts';
import type { RefEdge, RefGraph, RefNode, Test } from '../../support/reference-engine.ts';
import { identityOf } from '../../support/run-recipe.ts';
import { eventsOf } from '../../support/run-rows.ts';
import { outcomeOf, stepRun } from '../../support/step-run.ts';
import { createTestFunctions, thrown } from '../../support/test-functions.ts';

const NO_RETRY = { maxAttempts: 1, initialDelayMs: 1, backoff: 1, maxDelayMs: 1, jitter: 0 };

interface Shape {
  readonly onError: readonly ('halt' | 'continue')[];
  readonly size: number;
}

function graphs({ onError, size }: Shape): fc.Arbitrary<RefGraph> {
  const test = fc.record({
    mod: fc.integer({ min: 2, max: 4 }),
    below: fc.integer({ min: 0, max: 4 }),
  });
  const node = fc.record(
    {
      output: fc.constantFrom('v', 'w', undefined, undefined, undefined),
      maxVisits: fc.integer({ min: 1, max: 4 }),
      failsAt: fc.constantFrom(2, 5, 11),
      onError: fc.constantFrom(...onError),
      when: test,
      whenOf: fc.nat(),
      items: fc.array(fc.nat(9), { maxLength: 6 }),
      itemErrors: fc.constantFrom('skip' as const, 'drop' as const),
      hasFailures: fc.boolean(),
      hasWhen: fc.boolean(),
      isMap: fc.boolean(),
    },
    { requiredKeys: ['maxVisits', 'onError', 'when', 'whenOf', 'itemErrors'] },
  );
  const edge = fc.record({
    from: fc.nat(),
    to: fc.nat(),
    test: fc.option(test, { nil: undefined }),
  });
  return fc
    .record({
      nodes: fc.array(node, { minLength: 1, maxLength: size, size: 'max' }),
      edges: fc.array(edge, { maxLength: size * 2, size: 'max' }),
      back: fc.array(edge, { maxLength: 6 }),
      listed: fc.infiniteStream(fc.nat()),
    })
    .map(({ nodes: drawn, edges: forward, back, listed }) => {
      const ids = drawn.map((_, index) => `n${index}`);
      const order = new Map(ids.map((id) => [id, listed.next().value]));
      const at = (n: number) => n % ids.length;
      const arrow = (from: number, to: number, of?: { mod: number; below: number }) => ({
        from: ids[from]!,
        to: ids[to]!,
        ...(of && { test: { of: ids[from]!, ...of } }),
      });
      const arrows = [
        ...forward.map(({ from, to, test: of }) =>
          arrow(Math.min(at(from), at(to)), Math.max(at(from), at(to)), of),
        ),
        ...back.map(({ from, to, test: of }) =>
          arrow(Math.max(at(from), at(to)), Math.min(at(from), at(to)), of),
        ),
      ];
      const unique = arrows.filter(
        (a, index) => arrows.findIndex((b) => a.from === b.from && a.to === b.to) === index,
      );
      const listedIds = ids.toSorted((a, b) => order.get(a)! - order.get(b)!);
      const { back: isBack, entries } = shapeOf(listedIds, unique, []);
      const edges = unique.map((each, index): RefEdge => ({ ...each, back: isBack[index]! }));
      const nodes = listedIds.map((id): RefNode => {
        const { output, when, whenOf, items, hasFailures, failsAt, hasWhen, isMap, ...rest } =
          drawn[ids.indexOf(id)]!;
        const before = edges.filter((e) => e.to === id && !e.back).map(({ from }) => from);
        const of = before[whenOf % Math.max(1, before.length)];
        return {
          ...rest,
          id,
          output: output ?? id,
          ...(hasFailures === true && failsAt !== undefined && { failsAt }),
          ...(hasWhen === true && of !== undefined && { when: { ...when, of } }),
          ...(isMap === true && items !== undefined && { items }),
        };
      });
      return { nodes, edges, entries };
    });
}

const conditionOf = ({ of, mod, below }: Test) =>
  `(nodes.${of}.n | default(0)) % ${mod} < ${below}`;

function planOf({ nodes, edges, entries }: RefGraph, maxConcurrency: number): Plan {
  return {
    planFormat: 1,
    name: 'drawn',
    inputs: [],
    definitions: {},
    limits: { maxSteps: 100_000 },
    strict: false,
    recipes: {},
    prompts: {},
    functions: {},
    graph: {
      entries,
      edges: edges.map(({ from, to, back, test }) => ({
        from,
        to,
        back,
        ...(test && { condition: conditionOf(test) }),
      })),
      nodes: nodes.map((node) => planNode(node, edges, maxConcurrency)),
    },
  };
}

function planNode(node: RefNode, edges: readonly RefEdge[], maxConcurrency: number): PlanNode {
  const { id, output, maxVisits, failsAt, onError, when, items, itemErrors } = node;
  const common = {
    id,
    output,
    maxVisits,
    onError,
    retry: NO_RETRY,
    ...(when && { when: conditionOf(when) }),
  };
  const seen = edges.filter((e) => e.to === id && !e.back).map(({ from }) => `{{ nodes.${from} }}`);
  const input = { id: `{{ "${id}" }}`, visit: `{{ visits.${id} }}`, fails: failsAt ?? null };
  if (items === undefined) {
    return { ...common, type: 'function_task', function: 'test.mix', input: { ...input, seen } };
  }
  const task: PlanNode = {
    ...common,
    id: 'task',
    output: 'result',
    onError: 'halt',
    type: 'function_task',
    function: 'test.mix',
    input: { ...input, seen: ['{{ index }}', '{{ item }}'] },
  };
  const { when: _, ...plain } = task;
  return {
    ...common,
    type: 'map',
    over: items,
    task: plain as PlanNode,
    maxConcurrency,
    itemErrors: itemErrors ?? 'skip',
    collect: 'values',
  };
}

const functions = () =>
  createTestFunctions({
    more: {
      mix: ({ id = null, visit = null, seen = null, fails = null }) => {
        const n = mix(id, visit, seen);
        return fails !== null && n % Number(fails) === 0 ? thrown('plugin_error') : { n };
      },
    },
  });

/** A scheduler that answers any of those waiting, several at a time or one. */
function scheduler(seed: number): (waiting: number) => readonly number[] {
  let state = seed >>> 0;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  return (waiting) => {
    const count = next(3) === 0 ? 1 + next(waiting) : 1;
    return Array.from({ length: count }, () => next(waiting));
  };
}

const seeds = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 12 }));
const identity = identityOf();

interface Drawn {
  readonly graph: RefGraph;
  readonly seed: number;
  readonly concurrency: number;
}

function drawnRun({ graph, seed, concurrency }: Drawn, before: readonly TurnRecord[] = []) {
  const plan = planOf(graph, concurrency);
  return stepRun({ identity, plan, functions: functions(), choose: scheduler(seed), before });
}

async function holdsUp(drawn: Drawn): Promise<void> {
  const expected = runReference(drawn.graph);
  const run = await drawnRun(drawn);
  expect(run.state.status).toBe(expected.status);
  const started = eventsOf(run.records).flatMap((e) => (e.type === 'node.started' ? [e.key] : []));
  expect(new Set(started).size).toBe(started.length);
  expect(new Set(run.launched).size).toBe(run.launched.length);
  for (const [, most] of run.highWater) expect(most).toBeLessThanOrEqual(drawn.concurrency);
  if (expected.status === 'failed') return;
  const steps = Object.fromEntries(
    [...run.state.rows.values()].map(({ key, status }) => [key, status]),
  );
  expect(steps).toEqual(expected.steps);
  expect(run.state.result?.outputs).toEqual(expected.outputs);
}

const inputs = (shape: Shape) =>
  fc.record({ graph: graphs(shape), seed: fc.nat(), concurrency: fc.integer({ min: 1, max: 12 }) });

describe('any graph', () => {
  it('gives what the reference gives, in any order of answers (small graphs)', async () => {
    await fc.assert(fc.asyncProperty(inputs({ size: 8, onError: ['continue'] }), holdsUp), {
      numRuns: 400,
    });
  });

  it('gives what the reference gives, in any order of answers (up to 60 nodes)', async () => {
    await fc.assert(fc.asyncProperty(inputs({ size: 60, onError: ['continue'] }), holdsUp), {
      numRuns: 60,
    });
  });

  it('fails when the reference does', async () => {
    await fc.assert(
      fc.asyncProperty(inputs({ size: 10, onError: ['continue', 'halt'] }), holdsUp),
      { numRuns: 200 },
    );
  });

  it('gives the same whatever the order and the concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs({ size: 12, onError: ['continue'] }),
        seeds,
        seeds,
        async (graph, [s1, c1], [s2, c2]) => {
          const one = await drawnRun({ graph, seed: s1, concurrency: c1 });
          const two = await drawnRun({ graph, seed: s2, concurrency: c2 });
          expect(outcomeOf(one)).toEqual(outcomeOf(two));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('ends the same when it dies at any turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        inputs({ size: 14, onError: ['continue'] }),
        fc.nat(),
        async (drawn, cut) => {
          const whole = await drawnRun(drawn);
          const before = whole.records.slice(0, cut % whole.records.length);
          const rest = await drawnRun({ ...drawn, seed: drawn.seed + 1 }, before);
          expect(outcomeOf(rest)).toEqual(outcomeOf(whole));
          const done = new Set(
            eventsOf(before).flatMap((e) =>
              /completed|failed/.test(e.type) && 'key' in e ? [e.key] : [],
            ),
          );
          expect(rest.launched.filter((key) => done.has(key))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
