/** What a plan's answers can cost: calls, lengths and prices where they are known, and null where not. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { worstCaseOf } from '../../../src/core/recipe/estimate.ts';
import { answersCostOf } from '../../../src/runtime/models/answers-cost.ts';
import { recipe } from '../../support/recipe-text.ts';
import { planOf } from '../../support/run-recipe.ts';

const RULES = {
  models: { aliases: { fast: 'x/quick', pair: ['x/quick', 'x/m'] }, limits: {} },
  prices: { 'x/m': { input: 1, output: 10 }, 'x/quick': { input: 1, output: 2 } },
};
const NODE = { id: 'a', type: 'language_task', prompt: 'Go', retry: { max_attempts: 1 } };

function costOf(node: JsonObject, more: JsonObject = {}) {
  const plan = planOf(recipe({ nodes: [{ ...NODE, ...node }], ...more }));
  return answersCostOf(worstCaseOf(plan).asked, plan, RULES);
}

describe('answersCostOf()', () => {
  it.each<[string, JsonObject, object]>([
    ['one call', { model: 'x/m', max_tokens: 1_000 }, { calls: 1, maxTokens: 1_000, usd: 0.01 }],
    [
      'its attempts',
      { model: 'x/m', max_tokens: 1_000, retry: { max_attempts: 3 } },
      { calls: 3, usd: 0.03 },
    ],
    [
      'a repair',
      { model: 'x/m', max_tokens: 1_000, response_schema: { type: 'object' } },
      { calls: 2, usd: 0.02 },
    ],
    [
      'a list, at its dearest',
      { model: ['x/quick', 'x/m'], max_tokens: 1_000 },
      { calls: 2, models: ['x/quick', 'x/m'], usd: 0.02 },
    ],
    ['an alias', { model: 'fast', max_tokens: 1_000 }, { models: ['x/quick'], usd: 0.002 }],
    ['an alias of a list', { model: 'pair', max_tokens: 1_000 }, { calls: 2, usd: 0.02 }],
    [
      'options of a model',
      { model: { model: 'x/m', max_tokens: 500 } },
      { maxTokens: 500, usd: 0.005 },
    ],
    ['the offline model', {}, { models: ['mock/digest'], maxTokens: null, usd: 0 }],
    ['no length', { model: 'x/m' }, { maxTokens: null, usd: null }],
    ['no price', { model: 'y/m', max_tokens: 10 }, { maxTokens: 10, usd: null }],
    ['a template', { model: '{{ 1 }}', max_tokens: 10 }, { models: null, usd: null }],
    ['a name for nothing', { model: 'nothing', max_tokens: 10 }, { models: null, usd: null }],
    ['tools', { model: 'x/m', max_tokens: 10, tools: ['test.upper'] }, { calls: null, usd: null }],
  ])('of %s', (_what, node, expected) => {
    expect(costOf(node)).toMatchObject([{ node: 'a', ...expected }]);
  });

  it('under a budget counts the length that an answer gets there', () => {
    const limits = { max_cost_usd: 1 };
    expect(costOf({ model: 'x/m' }, { limits })).toMatchObject([
      { maxTokens: 4_096, usd: 0.04096 },
    ]);
  });

  it('of a map is that of its items, where their number is known', () => {
    const task = {
      type: 'language_task',
      prompt: 'Go',
      model: 'x/m',
      max_tokens: 100,
      retry: { max_attempts: 1 },
    };
    const plan = planOf(recipe({ nodes: [{ id: 'm', type: 'map', over: [1, 2, 3, 4], task }] }));
    expect(answersCostOf(worstCaseOf(plan).asked, plan, RULES)).toMatchObject([
      { node: 'm/task', calls: 4, usd: 0.004 },
    ]);
  });
});
