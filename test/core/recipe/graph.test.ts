import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestorsOf, reach } from '../../../src/core/recipe/graph.ts';

/** Up to 40 nodes, so that sets of them are longer than a word of bits. */
const graphs = fc.integer({ min: 1, max: 40 }).chain((size) => {
  const end = fc.nat({ max: size - 1 }).map((index) => `n${index}`);
  return fc.record({
    nodes: fc.constant(Array.from({ length: size }, (_, index) => `n${index}`)),
    edges: fc.array(fc.record({ from: end, to: fc.oneof(end, fc.constant('END')) }), {
      maxLength: 80,
    }),
  });
});

describe('ancestorsOf', () => {
  it('has what edges lead on from, loops included, and nothing else', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const before = ancestorsOf(nodes, edges);
        const reversed = edges
          .filter(({ to }) => to !== 'END')
          .map(({ from, to }) => ({ from: to, to: from }));
        for (const id of nodes) {
          const direct = reversed.filter(({ from }) => from === id).map(({ to }) => to);
          const expected = reach(direct, reversed);
          const found = nodes.filter((other) => before.get(id)?.has(other) === true);
          expect(found).toEqual(nodes.filter((other) => expected.has(other)));
        }
      }),
    );
  });

  it('knows nothing of names that are no nodes', () => {
    const before = ancestorsOf(['a', 'b'], [{ from: 'a', to: 'b' }]);
    expect([before.get('b')?.has('a'), before.get('b')?.has('c'), before.get('c')]).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});
