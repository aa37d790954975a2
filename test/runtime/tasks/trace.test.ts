/** `trace_content`: what was asked and answered is in the history of the nodes that say so, and of no other. */
import { describe, expect, it } from 'vitest';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';
import type { Scripted } from '../../support/scripted-models.ts';

const NODE = {
  id: 'a',
  type: 'language_task',
  prompt: 'How many?',
  system: 'Be brief',
  model: 'x/m',
};

async function traces(answers: Scripted[], more = {}) {
  const models = scriptModels((_call, before) => answers[before] ?? { says: 'ok' });
  const run = await runRecipe(recipe({ nodes: [{ ...NODE, ...more }] }), { models });
  return run.events().filter(({ type }) => type === 'node.traced');
}

describe('trace_content', () => {
  it('is off by itself', async () => {
    expect(await traces([])).toEqual([]);
    expect(await traces([], { trace_content: false })).toEqual([]);
  });

  it('keeps the whole question and the answer', async () => {
    const [event] = await traces([{ says: 'Seven' }], { trace_content: true });
    expect(event).toMatchObject({ key: 'a', node: 'a', model: 'x/m', answer: 'Seven' });
    expect(JSON.parse((event as { prompt: string }).prompt)).toEqual({
      system: 'Be brief',
      messages: [{ role: 'user', content: 'How many?' }],
    });
  });

  it('has every turn: tools, repairs, and models that failed', async () => {
    const events = await traces(
      [
        { fails: 'provider_overloaded' },
        { calls: [{ tool: 'test_upper', input: { text: 'x' } }] },
        { says: { n: 'x' } },
        { says: { n: 1 } },
      ],
      {
        trace_content: true,
        model: ['x/m', 'x/n'],
        tools: ['test.upper'],
        response_schema: { type: 'object', properties: { n: { type: 'integer' } } },
      },
    );
    expect(events.map((event) => 'answer' in event && [event.model, event.answer])).toEqual([
      ['x/m', 'provider_overloaded'],
      ['x/n', expect.stringContaining('test_upper')],
      ['x/n', '{"n":"x"}'],
      ['x/n', '{"n":1}'],
    ]);
  });

  it('cuts what is long, between characters', async () => {
    const [event] = await traces([{ says: '🙂'.repeat(40_000) }], { trace_content: true });
    const { answer } = event as { answer: string };
    expect(answer.length).toBeLessThan(33_000);
    expect(answer.isWellFormed()).toBe(true);
    expect(answer.endsWith(' …')).toBe(true);
  });
});
