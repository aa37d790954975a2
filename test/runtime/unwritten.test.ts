/** Turns whose steps are computed here: written together, and before anything leaves. */
import { describe, expect, it } from 'vitest';
import { mergeRecords } from '../../src/core/run/merge-records.ts';
import { restore } from '../../src/core/run/restore.ts';
import { isFinal } from '../../src/core/run/events.ts';
import type { PluginAsks } from '../../src/core/plugin/asks.ts';
import type { PinnedFunction, Plan } from '../../src/core/recipe/plan.ts';
import { call, give, recipe } from '../support/recipe-text.ts';
import { settled } from '../support/manual-clock.ts';
import {
  driveRun,
  identityOf,
  planOf,
  runRecipe,
  runToEnd,
  startRun,
} from '../support/run-recipe.ts';
import { eventsOf, storedRun } from '../support/run-rows.ts';
import { createTestFunctions } from '../support/test-functions.ts';

/** All functions but those named, which may reach a host, are part of the release. */
function bundled(text: string, reaching: readonly string[] = []): Plan {
  return withPins(planOf(text), (pin) => ({ ...pin, bundled: !reaching.includes(pin.function) }));
}

/** What else they ask for, it is no host. */
function uploaded(text: string, asks?: PluginAsks): Plan {
  return withPins(planOf(text), ({ asks: _asks, ...pin }) => ({ ...pin, ...(asks && { asks }) }));
}

function withPins(plan: Plan, change: (pin: PinnedFunction) => PinnedFunction): Plan {
  const pins = Object.entries(plan.functions).map(([reference, pin]) => [reference, change(pin)]);
  return { ...plan, functions: Object.fromEntries(pins) };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
const chain = (count: number) => recipe({ nodes: ids(count).map((id, index) => give(id, index)) });

describe('turns of bundled functions', () => {
  it('are one write, with a row for each step and every event once', async () => {
    const { records } = await runRecipe(bundled(chain(10)));
    // That it has begun is written when it was posted.
    expect(records).toHaveLength(2);
    expect(records[1]!.steps.map(({ key }) => key)).toEqual(ids(10));
    const events = eventsOf(records);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'node.completed')).toHaveLength(10);
  });

  it('are written after 16 turns at most', async () => {
    const { records } = await runRecipe(bundled(chain(100)));
    expect(records.length).toBeGreaterThan(5);
    expect(records.length).toBeLessThan(20);
  });

  it('are written before an attempt begins that leaves', async () => {
    const functions = createTestFunctions();
    const text = recipe({ nodes: [give('a', 1), give('b', 2), call('c', 'gate')] });
    const run = await startRun(bundled(text, ['gate']), { functions });
    expect(functions.gates).toHaveLength(1);
    expect(run.records).toHaveLength(2);
    expect(run.records[1]!.steps.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(run.records[1]!.run.active.map(({ key }) => key)).toEqual(['c']);
  });

  it('are written when somebody asks, or posts', async () => {
    const run = await startRun(bundled(recipe({ nodes: [give('a', 1), call('b', 'gate')] })));
    expect(run.records).toHaveLength(1);
    run.driver.flush();
    expect(run.records).toHaveLength(2);
    run.driver.flush();
    expect(run.records).toHaveLength(2);
    run.driver.post({ type: 'cancel' });
    expect(run.records.at(-1)!.run.status).toBe('cancelled');
  });

  it('are one write too when they run side by side', async () => {
    const text = recipe({ nodes: ids(40).map((id, index) => give(id, index)), edges: 'auto' });
    const { records } = await runRecipe(bundled(text));
    expect(records.length).toBeLessThanOrEqual(5);
    const map = { id: 'm', type: 'map', over: ids(90), task: { ...give('x', 1) } };
    const mapped = await runRecipe(bundled(recipe({ nodes: [map] })));
    expect(mapped.records.length).toBeLessThanOrEqual(9);
  });

  it('are kept back while another is computed beside them', async () => {
    const nodes = [call('a', 'gate'), call('b', 'gate'), call('c', 'gate')];
    const run = await startRun(bundled(recipe({ nodes, edges: 'auto' })));
    for (const gate of [0, 1]) {
      run.functions.gates[gate]!.open(1);
      await settled();
    }
    expect(run.records).toHaveLength(1);
    run.functions.gates[2]!.open(1);
    await runToEnd(run);
    expect(run.records).toHaveLength(2);
    expect(run.records[1]!.steps.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('are written when something from outside has come', async () => {
    const functions = createTestFunctions();
    const nodes = [call('out', 'gate'), give('a', 1), give('b', 2)];
    const edges = ['START to out', 'out to a', 'a to b'];
    const run = await startRun(bundled(recipe({ nodes, edges }), ['gate']), { functions });
    functions.gates[0]!.open('paid');
    await runToEnd(run);
    const [, paid, rest] = run.records;
    expect(paid!.steps.map(({ key }) => key)).toEqual(['out']);
    expect(rest!.steps.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('are written when nothing comes of what is still computed', async () => {
    const nodes = [call('slow', 'gate'), call('bad', 'fail')];
    const run = await startRun(bundled(recipe({ nodes, edges: 'auto' })));
    await settled();
    expect(run.status()).toBe('failed');
    expect(run.records.at(-1)!.run.status).toBe('failed');
  });

  it('give the same after a death at any write', async () => {
    const nodes = [...ids(30).map((id, index) => give(id, index)), call('last', 'gate')];
    const plan = bundled(recipe({ nodes }), ['gate']);
    const before = await startRun(plan);
    for (let written = 1; written <= before.records.length; written += 1) {
      const state = restore(storedRun(identityOf(), plan, before.records.slice(0, written)));
      const run = driveRun(state);
      run.driver.post({ type: 'wake' });
      await settled();
      run.functions.gates[0]!.open('end');
      await runToEnd(run);
      expect(isFinal(run.status())).toBe(true);
      expect(run.outputs()).toMatchObject({ n29: 29, last: 'end' });
    }
  });
});

describe('turns of uploaded functions', () => {
  const asks = { hosts: [], secrets: [], config: ['tone'], wasi: true, limits: { fuel: 9 } };

  it('that reach nobody are one write, whatever else they ask for', async () => {
    const { records } = await runRecipe(uploaded(chain(10), asks));
    expect(records).toHaveLength(2);
    expect(records[1]!.steps.map(({ key }) => key)).toEqual(ids(10));
  });

  it('that may reach a host are written one by one', async () => {
    const { records } = await runRecipe(chain(10));
    expect(records).toHaveLength(11);
  });

  it('are written soon when a call takes long, once', async () => {
    const nodes = [give('a', 1), give('b', 2), call('c', 'gate')];
    const run = await startRun(uploaded(recipe({ nodes })));
    expect(run.records).toHaveLength(1);
    await run.clock.advance(49);
    expect(run.records).toHaveLength(1);
    await run.clock.advance(1);
    expect(run.records).toHaveLength(2);
    expect(run.records[1]!.steps.map(({ key }) => key)).toEqual(['a', 'b']);
    await run.clock.advance(1_000);
    expect(run.records).toHaveLength(2);
    run.functions.gates[0]!.open('end');
    await runToEnd(run);
    expect(run.status()).toBe('completed');
    expect(run.records).toHaveLength(3);
  });

  it('are written soon each time', async () => {
    const nodes = [call('a', 'gate'), call('b', 'gate'), call('c', 'gate')];
    const run = await startRun(uploaded(recipe({ nodes })));
    for (const gate of [0, 1]) {
      run.functions.gates[gate]!.open(1);
      await settled();
      expect(run.records).toHaveLength(gate + 1);
      await run.clock.advance(50);
      expect(run.records).toHaveLength(gate + 2);
    }
  });
});

describe('mergeRecords()', () => {
  it('keeps the last of each row, and all events in order', async () => {
    const run = await startRun(
      recipe({ nodes: [call('a', 'gate'), call('b', 'gate')], edges: 'auto' }),
    );
    for (const gate of run.functions.gates) {
      gate.open(1);
      await settled();
    }
    const [first, ...rest] = run.records;
    const merged = mergeRecords([first!, ...rest]);
    expect(merged.events).toEqual(eventsOf(run.records));
    expect(merged.run).toEqual(run.records.at(-1)!.run);
    const again = mergeRecords([merged, { ...merged, events: [] }]);
    expect(again.steps).toEqual(merged.steps);
  });
});
