/** Dying at any turn: what the rows say is enough to go on as if nothing had happened. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/recipe/plan.ts';
import { isFinal } from '../../../src/core/run/events.ts';
import type { TurnRecord } from '../../../src/core/run/record.ts';
import { call, each, give, include, inputs, recipe, task } from '../../support/recipe-text.ts';
import { identityOf, planOf } from '../../support/run-recipe.ts';
import { eventsOf, storedRun } from '../../support/run-rows.ts';
import { createTestFunctions } from '../../support/test-functions.ts';
import { outcomeOf, stepRun } from '../../support/step-run.ts';
import { restore } from '../../../src/core/run/restore.ts';

const SUB = 'recipes/sub.yaml';
const INNER = 'recipes/inner.yaml';
const sources = {
  [INNER]: recipe({ user_inputs: inputs('n'), nodes: [give('deep', '{{ n * 2 }}')] }),
  [SUB]: recipe({
    user_inputs: inputs('n'),
    nodes: [
      give('x', '{{ n }}'),
      include('inner', INNER, { input_mapping: { n: '{{ x }}' } }),
      give('y', '{{ inner.deep + visits.y }}'),
    ],
    edges: ['x to inner', 'inner to y', 'y to x if visits.y < 2'],
    final_outputs: ['y'],
  }),
};
const retry = { max_attempts: 3, initial_delay: 5, jitter: 0 };
const numbers = [0, 1, 2, 3, 4, 5, 6];

const RECIPES: { readonly [name: string]: Parameters<typeof recipe>[0] } = {
  'a chain': { nodes: [give('a', 1), give('b', '{{ a + 1 }}'), give('c', '{{ nodes.b + a }}')] },
  'a fork, a join and a dead path': {
    nodes: [
      give('a', 1),
      give('b', 2),
      give('c', 3),
      give('dead', 4),
      give('z', '{{ [a, b, c] }}'),
    ],
    edges: ['a to b', 'a to c', 'a to dead if a > 1', 'b to z', 'c to z', 'dead to z'],
  },
  'a loop with a skipped branch': {
    nodes: [
      give('a', '{{ visits.a }}'),
      give('odd', '{{ a }}', { output: 'v' }),
      give('even', '{{ a * 10 }}', { output: 'v' }),
      give('z', '{{ v }}'),
    ],
    edges: [
      'a to odd if a % 2 == 1',
      'a to even if a % 2 == 0',
      'odd to z',
      'even to z',
      'z to a if a < 4',
    ],
  },
  'a loop whose target is passed through': {
    nodes: [
      give('a', '{{ visits.a }}', { when: 'visits.b % 2 == 0' }),
      give('b', '{{ visits.b }}'),
    ],
    edges: ['START to a', 'a to b', 'b to a if visits.b < 4'],
  },
  'loops in loops': {
    nodes: [
      give('a', 'A'),
      give('b', 'B{{ visits.b }}'),
      give('c', '{{ a ~ b }}'),
      give('d', '{{ visits.d }}'),
    ],
    edges: [
      'a to b',
      'b to c',
      'a to d',
      'c to b if visits.c % 3 != 0',
      'd to a if visits.d < 2',
      'd to d if visits.d == 1',
    ],
  },
  'a map with halted, skipped and dropped items': {
    nodes: [
      each('halted', numbers, task('check', { fail: '{{ item == 3 }}', n: '{{ item }}' }), {
        max_concurrency: 2,
        on_error: 'continue',
      }),
      each('skipped', numbers, task('check', { fail: '{{ item == 3 }}', n: '{{ item }}' }), {
        max_concurrency: 3,
        on_error: 'skip',
      }),
      each('dropped', numbers, task('check', { fail: '{{ item > 3 }}', n: '{{ item }}' }), {
        batch_size: 3,
        on_error: 'drop',
        collect: 'values',
      }),
    ],
    edges: ['START to halted', 'START to skipped', 'START to dropped'],
  },
  'maps in maps': {
    nodes: [
      each(
        'm',
        { p: [1, 2], q: [], r: [3, 4, 5] },
        {
          type: 'map',
          over: '{{ item }}',
          max_concurrency: 2,
          input: { tone: '{{ key }}' },
          task: task(
            'value',
            { value: '{{ parent.key ~ tone ~ index ~ item }}' },
            { when: 'item != 4' },
          ),
        },
        { max_concurrency: 2 },
      ),
    ],
  },
  'a map of sub-recipes': {
    nodes: [
      each(
        'm',
        [1, 2, 3, 4],
        { type: 'recipe', recipe_path: SUB, input_mapping: { n: '{{ item }}' } },
        { max_concurrency: 2 },
      ),
      give('z', '{{ m | length }}'),
    ],
  },
  'sub-recipes that publish names': {
    nodes: [
      give('n', 3),
      include('r', SUB, { output: 'v', output_mapping: { w: 'y' } }),
      include('s', SUB, { output_mapping: { w: 'y', u: 'x' } }),
      give('z', '{{ [v, w, u] }}'),
    ],
  },
  'failures that are handled': {
    nodes: [
      call('a', 'fail', {}, { on_error: 'continue' }),
      include('r', 'recipes/bad.yaml', { on_error: 'continue' }),
      give('z', '{{ [a.error.code, r.error.code] }}'),
    ],
  },
  'a failure that ends the run': {
    nodes: [
      call('a', 'fail'),
      each('m', numbers, task('double', { n: '{{ item }}' }), { max_concurrency: 1 }),
    ],
    edges: ['START to m', 'START to a'],
  },
  'a failure inside a sub-recipe beside a map': {
    nodes: [
      include('r', 'recipes/bad.yaml'),
      each('m', numbers, task('double', { n: '{{ item }}' }), { max_concurrency: 2 }),
    ],
    edges: ['START to r', 'START to m'],
  },
  'retries of nodes and items': {
    nodes: [
      call('a', 'flaky', { key: 'a', times: 2, value: 1 }, { retry }),
      each(
        'm',
        [1, 2, 3],
        task('flaky', { key: 'm[{{ index }}]', times: 1, value: '{{ item }}' }),
        {
          retry,
          max_concurrency: 2,
        },
      ),
    ],
    edges: ['START to a', 'START to m'],
  },
  'a language task, a reduce and final outputs': {
    nodes: [
      { id: 'draft', type: 'language_task', prompt: 'Write {{ visits.draft }}' },
      { id: 'sum', type: 'reduce', over: numbers, function_identifier: 'test.sum' },
    ],
    final_outputs: [{ id: 'both', value: '{{ [draft, sum] }}' }, 'nope.x'],
    definitions: { nope: 1 },
  },
  'a loop that ends at its limit': {
    nodes: [give('a', 1, { max_visits: 3, on_error: 'continue' }), give('b', 2)],
    edges: ['START to a', 'a to b', 'b to a'],
  },
};

const bad = {
  'recipes/bad.yaml': recipe({ nodes: [give('ok', 1), call('x', 'fail'), give('never', 1)] }),
};

function plan(parts: Parameters<typeof recipe>[0]): Plan {
  return planOf(recipe(parts), { sources: { ...sources, ...bad } });
}

/** Keys of the steps and items that these turns decided. */
function decidedIn(records: readonly TurnRecord[]): string[] {
  return eventsOf(records).flatMap((event) =>
    /^(?:node\.(?:completed|failed|cancelled)|item\.)/.test(event.type) && 'key' in event
      ? [event.key]
      : [],
  );
}

/** How often each step's function was called in vain. */
function spentIn(records: readonly TurnRecord[]): { readonly [key: string]: number } {
  const spent: { [key: string]: number } = {};
  for (const event of eventsOf(records)) {
    if (event.type === 'node.retrying') spent[event.key] = event.attempt;
  }
  return spent;
}

describe.each(Object.entries(RECIPES))('%s', (_, parts) => {
  const identity = identityOf();
  const text = plan(parts);
  const life = (before: readonly TurnRecord[], isOver?: () => boolean) =>
    stepRun({
      identity,
      plan: text,
      before,
      functions: createTestFunctions({ spent: spentIn(before) }),
      choose: (waiting) => [waiting - 1],
      ...(isOver && { isOver }),
    });

  it('goes on from every turn to the same end, and repeats no decided step', async () => {
    const whole = await life([]);
    for (let length = 1; length < whole.records.length; length += 1) {
      const before = whole.records.slice(0, length);
      const rest = await life(before);
      const decided = new Set(decidedIn(before));
      expect(
        [...rest.launched, ...decidedIn(rest.records)].filter((key) => decided.has(key)),
      ).toEqual([]);
      expect(outcomeOf(rest)).toEqual(outcomeOf(whole));
      const seqs = eventsOf([...before, ...rest.records]).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    }
  });

  it('goes on though it dies after every other turn', async () => {
    const whole = await life([]);
    let before: readonly TurnRecord[] = [];
    let last = await life([], () => true);
    for (let lives = 0; !isFinal(last.state.status); lives += 1) {
      if (lives > 400) throw new Error('The run does not come forward');
      before = [...before, ...last.records];
      // The first turn of a life takes up what the rows say; the second comes forward.
      let turns = 0;
      last = await life(before, () => (turns += 1) > 1);
    }
    expect(outcomeOf(last)).toEqual(outcomeOf(whole));
  });

  it('shows the same when it is read back', async () => {
    const whole = await life([]);
    const state = restore(storedRun(identity, text, whole.records));
    expect(outcomeOf({ state })).toEqual(outcomeOf(whole));
    expect(state.active.size).toBe(0);
  });
});
