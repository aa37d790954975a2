/** The quick reader against the library: the same value, or none. */
import { describe, expect, it } from 'vitest';
import { parseWhole } from '../../../src/core/recipe/source.ts';
import { readQuickly } from '../../../src/core/yaml/quick-read.ts';
import { checkQuickReader } from '../../fuzz/check-recipe.ts';
import { RECIPES } from '../../fuzz/corpus.ts';

const BOUNDS = { tokens: 250_000, depth: 64 };

describe('readQuickly() reads as the library', () => {
  it.each([
    'a: 1',
    "a: 1\nb: two words\nc: \"q: # [\"\nd: 'it''s'\n",
    'a:\n  b:\n    c: 1\n  d: 2\ne:\n',
    'a:\n- 1\n- 2\nb:\n  - x\n  - - y\n    - z\n  -\n  - k: 1\n    l: 2\n',
    '# c\na: 1 # d\n\n  # e\nb:   # f\n  - 1\n# g\n',
    'a: |\n  one\n\n  two # no comment\n    three\n\nb: |-\n  x\n  \n \n',
    'a: |\n\n\n  x\n',
    'a: |\n  x',
    '- a: |\n    x\n  b: 1\n- |\n  y\n',
    'a: {b: 1, c: [x, "y", {z: null}], d: {}, e: []}\n',
    'a: {b: 1,\n  c: [\n    2,\n    3\n   ]\n  }\nd: 1\n',
    '{\n  "a": 1,\n  "b": [true, false, null, "x\\n\\u00e9\\ud83d\\ude00"],\n  "c": {"d": 1.50}\n}\n',
    '[1, 2]',
    'a: yes\nb: No\nc: on\nd: OFF\ne: ~\nf: Null\ng: TRUE\nh: y\ni: n\n',
    'a: 0\nb: -1\nc: 1.10\nd: 1.0\ne: 123456789012345\nf: 1.2.3\ng: 2026-01-01\nh: 10:30\ni: 1 2\n',
    'a: a to b if x > 1\nb: x-y\nc: -x\nd: a#b\ne: http://x/y?z=1\nf: {u: http://x/y}\n',
    'a: "{{ x | default(\'y\') }}"\nb: text {{ x }} more\n',
    '1: a\nnull: b\nyes: c\n"d e": f\ng h: i\n<<: "@x"\n\'j\': k\n',
    'a : 1\nb  :  2\n',
    '  a: 1\n  b: 2\n',
    'a:\n  one line\nb:\n  "q"\nc:\n  [1]\n',
  ])('%j', (text) => {
    expect(checkQuickReader(text)).toBe(true);
  });

  it('every example, block of the documents and row of the tables that it takes', () => {
    const taken = RECIPES.filter(checkQuickReader);
    expect(taken.length).toBeGreaterThan(RECIPES.length * 0.6);
  });
});

describe('readQuickly() leaves to the library', () => {
  it.each([
    ['an anchor and an alias', 'a: &x 1\nb: *x'],
    ['a tag', 'a: !!str 1'],
    ['a folded text', 'a: >\n  b\n  c'],
    ['a text over two lines', 'a: b\n  c'],
    ['a quoted text over two lines', 'a: "b\n  c"'],
    ['a word over two lines in a flow', 'a: [b\n  c]'],
    ['a literal that says its indentation', 'a: |2\n   b'],
    ['a literal with more than its text', 'a: |+\n  b\n\n'],
    ['an empty literal', 'a: |\nb: 1'],
    ['a key that asks', '? a\n: b'],
    ['two documents', 'a: 1\n---\nb: 1'],
    ['a directive', '%YAML 1.2\n---\na: 1'],
    ['a tab', 'a:\t1'],
    ['line breaks of Windows', 'a: 1\r\nb: 2'],
    ['a byte order mark', '\uFEFFa: 1'],
    ['a key given twice', 'a: 1\na: 2'],
    ['a key given twice in a flow', 'a: {b: 1, b: 2}'],
    ['__proto__ as a key', '__proto__: 1'],
    ['__proto__ as a quoted key', 'a: {"__proto__": 1}'],
    ['a long key', `${'k'.repeat(1100)}: 1`],
    ['numbers in other spellings', 'a: 0x1F\nb: 1e3'],
    ['a number with a sign', 'a: +1'],
    ['minus zero', 'a: -0'],
    ['a large number', 'a: 1234567890123456789'],
    ['infinity', 'a: .inf'],
    ['spaces between a quoted key and its colon', '"b" : 2'],
    ['spaces that may be part of a literal', 'a: |\n  x\n    \n'],
    ['a reserved character', 'a: @x'],
    ['a map inside a line', 'a: b: c'],
    ['a list inside a line', 'a: - b'],
    ['a pair in a list', 'a: [b: c]'],
    ['a key without a value in a flow', 'a: {b}'],
    ['a comma too many', 'a: [b, ]'],
    ['a bracket that is not closed', 'a: [b'],
    ['a flow that ends too far left', 'a: [\n  b\n]'],
    ['a line too deep', 'a: 1\n  b: 2'],
    ['a line between two depths', 'a:\n    b: 1\n  c: 2'],
    ['a list beside a map', 'a: 1\n- b'],
    ['more behind a value', 'a: "b" c'],
    ['escapes of YAML alone', 'a: "\\x41\\e"'],
    ['a bad escape', 'a: "\\q"'],
    ['a text that is a scalar', 'just text'],
    ['nothing', ''],
    ['a comment', '# a'],
    ['values nested too deep', `a: ${'['.repeat(70)}${']'.repeat(70)}`],
  ])('%s', (_, text) => {
    expect(readQuickly(text, BOUNDS)).toBeUndefined();
    expect(() => parseWhole(text)).not.toThrow();
  });

  it('a text of more tokens than the library may see', () => {
    const text = `a: [${'1, '.repeat(100_000)}1]`;
    expect(readQuickly(text, BOUNDS)).toBeUndefined();
    expect(parseWhole(text).faults.map(({ code }) => code)).toEqual(['source_too_complex']);
  });
});
