/** What is refused over HTTP, and that the next request works. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, putPlugin, run } from '../support/api-client.ts';
import type { ProblemBody } from '../support/api-client.ts';

const count = (id: string, text = '{{ text }}') => ({
  id,
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text },
});

describe('bad input', () => {
  const yaml = (text: string) =>
    call('/v1/recipes/bad', {
      method: 'PUT',
      body: text,
      headers: { 'content-type': 'application/yaml' },
    });

  it.each([
    ['YAML that is none', 'recipe:\n  name: a\n  nodes: [', 3],
    ['a key twice', 'name: a\nname: b\nnodes: []\n', 2],
    ['a node of an unknown type', 'name: a\nnodes:\n  - id: x\n    type: function_tusk\n', 4],
    [
      'an edge to nowhere',
      'name: a\nnodes:\n  - {id: x, type: language_task, prompt: hi}\nedges:\n  - x to y\n',
      5,
    ],
    [
      'a function that is none',
      'name: a\nnodes:\n  - id: x\n    type: function_task\n    function_identifier: text-tools.word_cout\n',
      5,
    ],
  ])('%s is refused at its line, and the next good request works', async (_what, text, line) => {
    const refused = await bodyOf<ProblemBody>(await yaml(text), 422);
    expect(refused.code).toBe('recipe_invalid');
    expect(refused.errors![0]).toMatchObject({
      line,
      column: expect.any(Number),
      code: expect.any(String),
    });
    expect((await run({ name: 'good', nodes: [count('a', 'x y')] })).status).toBe('completed');
  });

  it('a body of 2 MiB, a module that is none and inputs that do not fit each get their code', async () => {
    expect((await bodyOf<ProblemBody>(await yaml('x'.repeat(2 * 1024 * 1024)), 413)).code).toBe(
      'body_too_large',
    );
    const page = new TextEncoder().encode('<!doctype html><title>no</title>');
    expect((await bodyOf<ProblemBody>(await putPlugin('page', '1.0.0', page), 422)).code).toBe(
      'plugin_invalid',
    );
    const recipe = {
      name: 'typed',
      user_inputs: [
        { id: 'n', type: 'int', min: 3 },
        { id: 'm', type: 'bool' },
      ],
      nodes: [count('a', 'x')],
    };
    const refused = await bodyOf<ProblemBody>(
      await post('/v1/runs', { recipe, inputs: { n: 1 } }),
      422,
    );
    expect(refused.code).toBe('inputs_invalid');
    expect(refused.errors!.map(({ pointer }) => pointer)).toEqual(['/inputs/n', '/inputs/m']);
  });
});
