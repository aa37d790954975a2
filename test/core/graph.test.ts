/** A graph's index: what leads where, what lies behind, and which loop goes first. */
import { describe, expect, it } from 'vitest';
import { indexOf } from '../../src/core/graph.ts';
import type { Graph } from '../../src/core/recipe/plan.ts';
import { give, include, recipe } from '../support/recipe-text.ts';
import { planOf } from '../support/run-recipe.ts';

function graph(edges: readonly string[], ids = ['a', 'b', 'c', 'd', 'e']): Graph {
  const used = ids.filter((id) => edges.some((edge) => edge.split(' ').includes(id)));
  return planOf(recipe({ nodes: used.map((id) => give(id, 1)), edges })).graph;
}

describe('indexOf()', () => {
  it('is computed once for a graph', () => {
    const one = graph(['a to b']);
    expect(indexOf(one)).toBe(indexOf(one));
  });

  it('leaves back edges out of what leads in, not out of what leads out', () => {
    const index = indexOf(graph(['a to b', 'b to a if b']));
    expect(index.incoming('a')).toEqual([]);
    expect(index.outgoing('b')).toEqual([1]);
    expect(index.incoming('b')).toEqual([0]);
    expect(index.incoming('nope')).toEqual([]);
  });

  it('reaches the node itself and all that forward edges lead to, END left out', () => {
    const index = indexOf(graph(['a to b', 'b to c', 'a to d', 'c to a if c', 'd to END']));
    expect([...index.reach('a')].toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect([...index.reach('b')].toSorted()).toEqual(['b', 'c']);
    expect([...index.reach('d')]).toEqual(['d']);
  });

  it('knows who publishes a name, mapped outputs of sub-recipes included', () => {
    const { graph: made } = planOf(
      recipe({
        nodes: [
          give('a', 1, { output: 'v' }),
          give('b', 1, { output: 'v' }),
          include('r', 'recipes/s.yaml', { output_mapping: { w: 'x' } }),
        ],
      }),
      { sources: { 'recipes/s.yaml': recipe({ nodes: [give('x', 1)] }) } },
    );
    const { publishers } = indexOf(made);
    expect(publishers('v')).toEqual(['a', 'b']);
    expect(publishers('w')).toEqual(['r']);
    expect(publishers('r')).toEqual(['r']);
    expect(publishers('a')).toEqual([]);
    expect(publishers('constructor')).toEqual([]);
  });
});

describe('loopAt()', () => {
  const loops = (edges: readonly string[], target: string) => {
    const { within, after } = indexOf(graph(edges)).loopAt(target);
    return { within: [...within].toSorted().join(''), after: [...after].join('') };
  };

  it('waits for its own body', () => {
    expect(loops(['a to b', 'b to c', 'b to a if b'], 'a')).toEqual({ within: 'abc', after: '' });
  });

  it('goes after the loops inside it', () => {
    const edges = ['a to b', 'b to c', 'c to b if c', 'c to a if c'];
    expect(loops(edges, 'a')).toEqual({ within: 'abc', after: 'b' });
    expect(loops(edges, 'b')).toEqual({ within: 'bc', after: '' });
  });

  it('does not wait for what else lies in the loop around it', () => {
    const edges = ['a to b', 'a to c', 'b to b if b', 'c to c if c', 'b to a if b', 'c to a if c'];
    expect(loops(edges, 'b')).toEqual({ within: 'b', after: '' });
    expect(loops(edges, 'c')).toEqual({ within: 'c', after: '' });
  });

  it('waits for a loop beside it that shares a node with it, the smaller one first', () => {
    const edges = ['a to c', 'b to c', 'a to a if a', 'b to b if b', 'b to d'];
    expect(loops(edges, 'a')).toEqual({ within: 'abcd', after: '' });
    expect(loops(edges, 'b')).toEqual({ within: 'abcd', after: 'a' });
  });

  it('does not wait for a loop that shares nothing with it', () => {
    const edges = ['a to b', 'c to d', 'b to a if b', 'd to c if d'];
    expect(loops(edges, 'a')).toEqual({ within: 'ab', after: '' });
    expect(loops(edges, 'c')).toEqual({ within: 'cd', after: '' });
  });
});
