/** What recipes find in the store: plugins, libraries, prompts and each other. */
import { describe, expect, inject, it } from 'vitest';
import { bodyOf, call, fromBase64, post, putPlugin, run } from '../support/api-client.ts';
import type { ProblemBody } from '../support/api-client.ts';

const count = (id: string, text = '{{ text }}') => ({
  id,
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});

describe('plugins', () => {
  it('a module that the project has never seen answers over HTTP and inside a recipe', async () => {
    const guest = fromBase64(inject('guests')['kit']!);
    await bodyOf(await putPlugin('stranger', '1.0.0', guest), 201);
    await bodyOf(await putPlugin('stranger', '1.0.0', guest), 200);
    const tried = await post('/v1/plugins/stranger/functions/echo/call', {
      input: { a: [1, 'é'] },
    });
    expect(await bodyOf<{ output: unknown }>(tried, 200)).toMatchObject({
      output: { a: [1, 'é'] },
      fuel: expect.any(Number),
    });
    const recipe = {
      name: 'uses',
      nodes: [
        {
          id: 'said',
          type: 'function_task',
          function_identifier: 'stranger.echo',
          input: { n: 1 },
        },
      ],
    };
    expect((await run(recipe)).result).toEqual({ said: { n: 1 } });
  });

  it('other bytes under a version that is taken are refused', async () => {
    const guests = inject('guests');
    const names = Object.keys(guests).filter((name) => name !== 'kit');
    await putPlugin('taken', '1.0.0', fromBase64(guests['kit']!));
    const refused = await bodyOf<ProblemBody>(
      await putPlugin(
        'taken',
        '1.0.0',
        fromBase64(guests[names.includes('readability') ? 'readability' : names[0]!]!),
      ),
      409,
    );
    expect(refused.code).toBe('plugin_exists');
  });
});

describe('what a recipe refers to', () => {
  const put = (path: string, text: string, type = 'application/yaml') =>
    call(path, { method: 'PUT', body: text, headers: { 'content-type': type } });

  it('is found in the store: definitions of a library, a prompt with what it includes, a sub-recipe', async () => {
    const library = await put(
      '/v1/recipes/lib%2Fvoices',
      'definitions:\n  voices:\n    calm: {name: Ada, words: 3}\n',
    );
    expect(await bodyOf<{ diagnostics: unknown[] }>(library, 201)).toMatchObject({
      diagnostics: [{ severity: 'info', code: 'library' }],
    });
    await bodyOf(await put('/v1/prompts/sign.jinja', '-- {{ who }}', 'text/plain'), 201);
    await bodyOf(
      await put(
        '/v1/prompts/ask.jinja',
        'Say {{ topic }} {% include "sign.jinja" %}',
        'text/plain',
      ),
      201,
    );
    const inner = {
      name: 'inner',
      user_inputs: [{ id: 'text', type: 'text' }],
      nodes: [count('counted')],
      final_outputs: ['counted'],
    };
    await bodyOf(
      await put('/v1/recipes/lib%2Finner', JSON.stringify(inner), 'application/json'),
      201,
    );
    const recipe = {
      imports: ['recipes/lib/voices.yaml'],
      recipe: {
        name: 'outer',
        user_inputs: [{ id: 'topic', type: 'string', default: 'tides' }],
        nodes: [
          {
            id: 'said',
            type: 'language_task',
            prompt: 'ask.jinja',
            input: { who: '@voices.calm.name' },
          },
          {
            id: 'sub',
            type: 'recipe',
            recipe_path: 'recipes/lib/inner.yaml',
            input_mapping: { text: '{{ said }}' },
            output_mapping: { words: '{{ counted.words }}' },
          },
        ],
      },
    };
    const done = await run(recipe);
    expect(done.result).toMatchObject({ said: '[mock] Say tides -- Ada', sub: { words: 4 } });
    expect(done.nodes.map(({ key }) => key)).toEqual(['said', 'sub', 'sub/counted']);
  });

  it('is not found when it is only meant to be there', async () => {
    const recipe = {
      imports: ['recipes/lib/none.yaml'],
      recipe: { name: 'outer', nodes: [count('a', 'x')] },
    };
    const refused = await bodyOf<ProblemBody>(await post('/v1/runs', { recipe }), 422);
    expect(refused.errors!.map(({ code }) => code)).toContain('import_not_found');
    const typo = await bodyOf<ProblemBody>(
      await put('/v1/recipes/typo', 'recpie:\n  name: a\n'),
      422,
    );
    expect(typo.errors![0]).toMatchObject({ code: 'not_a_recipe' });
  });
});
