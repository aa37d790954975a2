/** Models in workerd: every kind of provider over real HTTP, from durable and from inline runs. */
import { describe, expect, it } from 'vitest';
import { run } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';
import { WAYS } from '../support/providers/ways.ts';

let count = 0;

describe.each(['durable', 'inline'])('a language_task of a %s run', (mode) => {
  it.each(WAYS)('asks $way', async ({ provider, options }) => {
    const model = `w${mode}${(count += 1)}`;
    await providers.script(model, {
      text: ['Good ', 'day'],
      usage: { input: 30, output: 20, cached: 10 },
    });
    const done = await run(
      {
        name: 'ask',
        nodes: [
          {
            id: 'ask',
            type: 'language_task',
            model: { provider, model, temperature: 0.5, ...options },
            system: 'Be calm',
            prompt: 'Hello',
          },
        ],
      },
      {},
      { mode },
    );
    expect(done).toMatchObject({ status: 'completed', result: { ask: 'Good day' }, mocked: false });
    const [request] = await providers.seen(model);
    const sent = JSON.stringify(request?.body);
    expect(sent).toContain('"temperature":0.5');
    expect(sent).toMatch(/Be calm.*Hello|Hello.*Be calm/);
  });

  it('that nobody has set up a key for says so', async () => {
    const recipe = {
      name: 'ask',
      nodes: [{ id: 'ask', type: 'language_task', model: 'groq/m', prompt: 'Hello' }],
    };
    const { status, error } = await run(recipe, {}, { mode });
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'provider_unknown' });
  });
});
