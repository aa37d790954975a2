/** What a run writes: how many rows and events a step costs, and that it does not grow. */
import { describe, expect, it } from 'vitest';
import type { TurnRecord } from '../../../src/core/run/record.ts';
import { call, each, give, include, recipe, task } from '../../support/recipe-text.ts';
import { runRecipe, startRun } from '../../support/run-recipe.ts';
import { eventsOf } from '../../support/run-rows.ts';

const chain = (length: number) =>
  recipe({ nodes: Array.from({ length }, (_, index) => give(`n${index}`, index)) });

/** Rows beside the run's own: steps, ledger segments, and a batch of events. */
function rowsOf({ steps, ledger, events }: TurnRecord): number {
  return steps.length + ledger.length + (events.length > 0 ? 1 : 0);
}

describe('a chain of 100 nodes', () => {
  it('writes one step row and one batch of events per step', async () => {
    const { records } = await runRecipe(chain(100));
    expect(records.flatMap(({ steps }) => steps)).toHaveLength(100);
    // One turn to start, and one for each answer.
    expect(records).toHaveLength(101);
    expect(Math.max(...records.map(rowsOf))).toBe(2);
    expect(eventsOf(records)).toHaveLength(2 + 2 * 100);
  });

  it('writes the same per turn at its end as at its start', async () => {
    const { records } = await runRecipe(chain(100));
    const sizes = records
      .slice(1, -1)
      .map((record) => JSON.stringify({ ...record, run: null }).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(40);
    const runRows = records.slice(1, -1).map(({ run }) => JSON.stringify(run).length);
    expect(Math.max(...runRows) - Math.min(...runRows)).toBeLessThan(40);
  });
});

describe('a map', () => {
  const numbers = (length: number) => Array.from({ length }, (_, index) => index);
  const mapped = (length: number, more = {}) =>
    runRecipe(
      recipe({
        nodes: [
          each('m', numbers(length), task('double', { n: '{{ item }}' }), {
            collect: 'values',
            max_concurrency: 1,
            ...more,
          }),
        ],
      }),
    );

  it('of 1 000 items writes one ledger row per turn: the last', async () => {
    const { records } = await mapped(1_000);
    expect(Math.max(...records.map(({ ledger }) => ledger.length))).toBe(1);
    const segments = records.flatMap(({ ledger }) => ledger.map(({ segment }) => segment));
    expect(segments).toEqual(segments.toSorted((a, b) => a - b));
    expect(new Set(segments).size).toBe(10);
    // Its own row when it opens and when it closes.
    expect(records.flatMap(({ steps }) => steps)).toHaveLength(2);
  });

  it('of 1 000 items writes no more per item than one of 200', async () => {
    const rows = async (length: number) => {
      const { records } = await mapped(length);
      return records.reduce((sum, record) => sum + rowsOf(record), 0) / length;
    };
    expect(await rows(1_000)).toBeLessThan((await rows(200)) + 0.05);
  });

  it('keeps its items in the row that opened it, not in the run', async () => {
    const { records } = await mapped(1_000);
    const sizes = records.map(({ run }) => JSON.stringify(run).length);
    // The last turn holds the outputs.
    expect(Math.max(...sizes.slice(0, -1))).toBeLessThan(600);
  });

  it('writes answers that come together in one turn', async () => {
    const run = await mapped(100, { max_concurrency: 50 });
    expect(run.records.length).toBeLessThan(60);
  });

  it('of sub-recipes writes no row for an item that opened and closed in one turn', async () => {
    const run = await runRecipe(
      recipe({ nodes: [each('m', [1, 2], { type: 'recipe', recipe_path: 'recipes/s.yaml' })] }),
      { sources: { 'recipes/s.yaml': recipe({ nodes: [give('x', 1, { when: 'false' })] }) } },
    );
    const keys = run.records.flatMap(({ steps }) => steps.map(({ key }) => key));
    expect(keys).not.toContain('m[0]');
  });
});

describe('the events of a run', () => {
  it('are numbered from 1 without a gap, the last number in the run row', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [give('a', 1), each('m', [1, 2], task('echo')), include('r', 'recipes/s.yaml')],
      }),
      { sources: { 'recipes/s.yaml': recipe({ nodes: [give('x', 1)] }) } },
    );
    const events = run.events();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(run.records.at(-1)?.run.seq).toBe(events.length);
    expect(events[0]?.type).toBe('run.started');
    expect(events.at(-1)?.type).toBe('run.completed');
  });

  it('keep a hundred warnings, each once', async () => {
    const edges = Array.from({ length: 150 }, (_, index) => `a to b if a + [${index}]`);
    const run = await runRecipe(recipe({ nodes: [give('a', 1), give('b', 2)], edges }));
    expect(run.warnings()).toHaveLength(100);
    const twice = await runRecipe(
      recipe({
        nodes: [give('a', '{{ visits.a }}'), give('b', 2)],
        edges: ['a to a if a < 3', 'a to b if a + [1]'],
      }),
    );
    expect(twice.warnings().filter((code) => code === 'condition_error')).toHaveLength(1);
  });
});

describe('attempts', () => {
  it('are counted in the rows before they begin', async () => {
    const run = await startRun(
      recipe({
        nodes: [call('a', 'gate'), call('b', 'gate')],
        edges: ['START to a', 'START to b'],
      }),
    );
    expect(run.records[0]?.run.active).toMatchObject([
      { key: 'a', attempt: 1 },
      { key: 'b', attempt: 1 },
    ]);
  });

  it('are launched once, and not before the turn is written', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate')] }));
    run.driver.post({ type: 'wake' });
    run.driver.post({ type: 'start' });
    expect(run.functions.calls).toHaveLength(1);
    expect(run.records).toHaveLength(3);
  });
});
