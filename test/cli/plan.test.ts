import { describe, expect, it } from 'vitest';
import committed from '../../src/core/recipe/recipe.v1.schema.json' with { type: 'json' };
import { composer, folderOf } from './composer.ts';

const RECIPE = 'name: r\nnodes:\n  - {id: a, type: language_task, prompt: hi}\n';

describe('composer plan', () => {
  it('prints what POST /v1/plan answers', () => {
    const { exit, out } = composer(folderOf({ 'r.yaml': RECIPE }), ['plan', 'r.yaml']);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      graph: { nodes: [{ id: 'a' }], edges: [], entries: ['a'] },
      critical_path: ['a'],
      worst_case: { steps: 1, max_model_calls: 3, unbounded: [] },
    });
  });

  it('draws the graph', () => {
    const args = ['plan', 'r.yaml', '--format', 'mermaid'];
    const { out } = composer(folderOf({ 'r.yaml': RECIPE }), args);
    expect(out.split('\n')[0]).toBe('flowchart TD');
  });

  it.each([
    ['a recipe with errors', 'name: r\nnodes: []\n', 1],
    ['a file without a recipe', 'definitions: {a: 1}\n', 1],
  ])('tells %s on the error output', (_what, text, exit) => {
    const ran = composer(folderOf({ 'r.yaml': text }), ['plan', 'r.yaml']);
    expect(ran).toMatchObject({ exit, out: '' });
    expect(ran.err).toContain('r.yaml');
  });

  it.each([
    [['plan']],
    [['plan', 'none.yaml']],
    [['plan', 'a', 'b']],
    [['plan', 'a', '--format', 'svg']],
  ])('ends %j with 2', (args) => {
    expect(composer(folderOf({}), args)).toMatchObject({ exit: 2, out: '' });
  });
});

describe('composer schema', () => {
  it('prints the schema of the language', () => {
    expect(JSON.parse(composer('/', ['schema']).out)).toEqual(committed);
    expect(composer('/', ['schema', 'more']).exit).toBe(2);
  });
});
