/** Durations, suggestions, store paths, graphs, patterns, codes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../../src/core/recipe/codes.ts';
import { parseDuration } from '../../../src/core/recipe/duration.ts';
import { ancestorsOf, findCycle, shapeOf } from '../../../src/core/recipe/graph.ts';
import { findDefinition } from '../../../src/core/recipe/lookup.ts';
import { compilePattern, slowPattern } from '../../../src/core/recipe/pattern.ts';
import { candidatePaths } from '../../../src/core/recipe/store-path.ts';
import { closest } from '../../../src/core/recipe/suggest.ts';

describe('parseDuration', () => {
  it.each([
    [1.5, 1500],
    [0, 0],
    ['30', 30_000],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ])('reads %j', (value, ms) => expect(parseDuration(value)).toBe(ms));

  it.each([
    -1,
    Number.NaN,
    Infinity,
    1e12,
    '',
    's',
    '5 parsecs',
    '-5s',
    '1h1',
    '1e3',
    true,
    null,
    [],
    '9999999w',
  ])('refuses %j', (value) => expect(parseDuration(value as never)).toBeUndefined());
});

describe('closest', () => {
  it('finds a slip of the finger', () => {
    expect(closest('topci', ['draft', 'topic'])).toBe('topic');
    expect(closest('descripton', ['description', 'descriptions'])).toBe('description');
    expect(closest('Name', ['name'])).toBe('name');
  });

  it('says nothing where nothing is near', () => {
    expect(closest('cat', ['dog'])).toBeUndefined();
    expect(closest('b', ['a', 'c'])).toBeUndefined();
    expect(closest('', ['a'])).toBeUndefined();
    expect(closest('x'.repeat(65), ['x'.repeat(64)])).toBeUndefined();
  });

  it('never gives the word back', () => {
    expect(closest('same', ['same'])).toBeUndefined();
  });
});

describe('candidatePaths', () => {
  it('never leaves the root', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b.yaml', '', 'recipes', '...', '.. ');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
        (parts, folder) => {
          const from = ['recipes', ...folder, 'main.yaml'].join('/');
          for (const path of candidatePaths(parts.join('/'), from)) {
            expect(path.startsWith('recipes/')).toBe(true);
            expect(path.split('/')).not.toContain('..');
          }
        },
      ),
    );
  });
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const arrows = fc.array(
  fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids, 'END') }),
  { maxLength: 14 },
);

describe('graphs', () => {
  it('have no cycle without their back edges', () => {
    fc.assert(
      fc.property(arrows, fc.subarray(ids), (edges, starts) => {
        const { back } = shapeOf(ids, edges, starts);
        const forward = edges.filter((_, index) => back[index] === false);
        expect(findCycle(ids, forward)).toBeUndefined();
      }),
    );
  });

  it('always have an entry, and reach everything when no start is given', () => {
    fc.assert(
      fc.property(arrows, (edges) => {
        const { entries, reachable } = shapeOf(ids, edges, []);
        expect(entries.length).toBeGreaterThan(0);
        expect([...reachable].toSorted()).toEqual(ids);
      }),
    );
  });

  it('call a node its own ancestor exactly when it lies on a cycle', () => {
    fc.assert(
      fc.property(arrows, (edges) => {
        const isCyclic = [...ancestorsOf(ids, edges)].some(([id, before]) => before.has(id));
        expect(isCyclic).toBe(findCycle(ids, edges) !== undefined);
      }),
    );
  });

  it('show a cycle that is one', () => {
    fc.assert(
      fc.property(arrows, (edges) => {
        const cycle = findCycle(ids, edges) ?? [];
        expect(cycle.at(0)).toBe(cycle.at(-1));
        for (const [index, to] of cycle.slice(1).entries()) {
          expect(edges).toContainEqual({ from: cycle[index], to });
        }
      }),
    );
  });
});

describe('patterns', () => {
  it('match as JSON Schema does, anywhere in the text', () => {
    const pattern = compilePattern('b+');
    expect(pattern.ok && pattern.value.test('abc')).toBe(true);
    expect(pattern.ok && pattern.value.test('ac')).toBe(false);
  });

  it.each(['(a+)+', '(a|b)*', '(a*)*b', '((a+)b?)+', '(a{1,500}){1,500}'])(
    'call %s slow',
    (source) => {
      expect(slowPattern(source)).toBeDefined();
    },
  );

  it.each(['^[a-z]+$', '^[^@]+@[^@]+\\.[^@]+$', '(a|b)c*', '(abc){2,3}', '\\d{4}-\\d{2}'])(
    'let %s pass',
    (source) => {
      expect(slowPattern(source)).toBeUndefined();
    },
  );
});

describe('findDefinition', () => {
  const definitions = { models: { fast: { model: 'm' } }, list: ['a'], other: 1 };

  it.each([
    ['models.fast', { model: 'm' }],
    ['@models.fast.model', 'm'],
    ['@reference(fast)', { model: 'm' }],
    ['reference:list.0', 'a'],
    ['@list[0]', 'a'],
  ])('finds %s', (path, value) => expect(findDefinition(definitions, path)).toEqual(value));

  it.each(['nobody', '__proto__', 'constructor', 'models.toString', '', '@', 'a b'])(
    'does not find %j',
    (path) => {
      expect(findDefinition(definitions, path)).toBeUndefined();
    },
  );
});

describe('codes', () => {
  it('are snake_case, with a meaning that ends in a full stop', () => {
    for (const [code, { meaning }] of Object.entries(CODES)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(meaning).toMatch(/^[A-Z`].*\.$/);
    }
  });
});
