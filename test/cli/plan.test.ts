import { describe, expect, it } from 'vitest';
import committed from '../../src/core/recipe/recipe.v1.schema.json' with { type: 'json' };
import { composer, folderOf } from './composer.ts';

const RECIPE = 'name: r\nnodes:\n  - {id: a, type: language_task, prompt: hi}\n';

describe('composer plan', () => {
  it('prints what POST /v1/plan answers', async () => {
    const { exit, out } = await composer(folderOf({ 'r.yaml': RECIPE }), ['plan', 'r.yaml']);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      graph: { nodes: [{ id: 'a' }], edges: [], entries: ['a'] },
      critical_path: ['a'],
      worst_case: { steps: 1, max_model_calls: 3, unbounded: [] },
    });
  });

  it('draws the graph', async () => {
    const args = ['plan', 'r.yaml', '--format', 'mermaid'];
    const { out } = await composer(folderOf({ 'r.yaml': RECIPE }), args);
    expect(out.split('\n')[0]).toBe('flowchart TD');
  });

  it.each([
    ['a recipe with errors', 'name: r\nnodes: []\n', 1],
    ['a file without a recipe', 'definitions: {a: 1}\n', 1],
  ])('tells %s on the error output', async (_what, text, exit) => {
    const ran = await composer(folderOf({ 'r.yaml': text }), ['plan', 'r.yaml']);
    expect(ran).toMatchObject({ exit, out: '' });
    expect(ran.err).toContain('r.yaml');
  });

  it.each([
    [['plan']],
    [['plan', 'none.yaml']],
    [['plan', 'a', 'b']],
    [['plan', 'a', '--format', 'svg']],
  ])('ends %j with 2', async (args) => {
    expect(await composer(folderOf({}), args)).toMatchObject({ exit: 2, out: '' });
  });
});

describe('composer schema', () => {
  it('prints the schema of the language', async () => {
    expect(JSON.parse((await composer('/', ['schema'])).out)).toEqual(committed);
    expect((await composer('/', ['schema', 'more'])).exit).toBe(2);
  });
});
