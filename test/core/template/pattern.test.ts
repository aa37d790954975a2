/** Patterns: what they replace, as Python's `re.sub` would, and what they refuse. */
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/core/errors.ts';
import { evaluateTemplate } from '../../../src/core/template/render.ts';
import { parseExpression } from '../../../src/core/template/template.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';

function replace(text: string, pattern: string, replacement: string): JsonValue | undefined {
  const context: JsonObject = { text, pattern, replacement };
  const parsed = parseExpression('text|regex_replace(pattern, replacement)');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return evaluateTemplate(parsed.value, { scope: { get: (name) => context[name] } });
}

describe('regex_replace', () => {
  it.each([
    ['abc', 'b', 'x', 'axc'],
    ['abc', '', '-', '-a-b-c-'],
    ['abxd', 'x*', '-', '-a-b--d-'],
    ['aaa', 'a{2}', 'x', 'xa'],
    ['aaaa', 'a{1,3}', 'x', 'xx'],
    ['aaaa', 'a{1,3}?', 'x', 'xxxx'],
    ['aaaa', 'a{,2}', 'x', 'xxx'],
    ['a{2', 'a{2', 'x', 'x'],
    ['foobar', 'foo|foobar', 'x', 'xbar'],
    ['foobar', '(?:foobar|foo)', 'x', 'x'],
    ['<a><b>', '<.*>', 'x', 'x'],
    ['<a><b>', '<.*?>', 'x', 'xx'],
    ['a1b22', '\\d+', '#', 'a#b#'],
    ['a b\tc', '\\s', '_', 'a_b_c'],
    ['a.b', '\\.', '-', 'a-b'],
    ['a.b', '[.]', '-', 'a-b'],
    ['a-b]c', '[]-]', 'x', 'axbxc'],
    ['abc', '[^b]', 'x', 'xbx'],
    ['a9Z', '[a-z0-9]', 'x', 'xxZ'],
    ['a\nb', '.', 'x', 'x\nx'],
    ['a\nb', '(?s).', 'x', 'xxx'],
    ['a\nb', '^', '>', '>a\nb'],
    ['a\nb', '(?m)^', '>', '>a\n>b'],
    ['a\nb\n', '$', '<', 'a\nb<\n<'],
    ['a\nb\n', '\\Z', '<', 'a\nb\n<'],
    ['aBc', '(?i)b', 'x', 'axc'],
    ['aBc', '(?i)[a-c]', 'x', 'xxx'],
    ['one two', '\\b\\w', 'x', 'xne xwo'],
    ['one', '\\B', '-', 'o-n-e'],
    ['John Smith', '(\\w+) (\\w+)', '\\2 \\1', 'Smith John'],
    ['ab', '(?P<x>a)(b)?', '\\g<x>\\g<2>\\g<0>', 'abab'],
    ['a', '(a)|(b)', '[\\2]', '[]'],
    ['a', 'a', '\\n\\t\\\\', '\n\t\\'],
    ['😀é', '.', 'x', 'xx'],
    ['日本', '\\w+', 'x', 'x'],
    ['abab', '(ab)*', '[\\1]', '[ab][]'],
    ['', 'a*', 'x', 'x'],
    ['x', '\\x78|\\u0079', 'z', 'z'],
  ])('%j by %j with %j', (text, pattern, replacement, expected) => {
    expect(replace(text, pattern, replacement)).toBe(expected);
  });

  it.each([
    '(a',
    'a)',
    '[a',
    'a**',
    '*a',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<a>b)',
    '(a)\\1',
    '(?P=x)',
    '\\q',
    '\\',
    'a{2,1}',
    'a{1001}',
    '((a{1,99}){1,99}){1,99}',
    '[z-a]',
    '[\\d-z]',
    '(?x)a',
    '(?#c)',
    'a++',
    '(?>a)',
    '\\xzz',
    '('.repeat(60) + 'a' + ')'.repeat(60),
    'a'.repeat(1001),
  ])('refuses %j', (pattern) => {
    let code: unknown;
    try {
      replace('aaa', pattern, '');
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('template_error');
  });

  it('takes time in proportion to the text, where backtracking would take for ever', () => {
    expect(replace(`${'a'.repeat(2000)}!`, '(a+)+$', 'x')).toBe(`${'a'.repeat(2000)}!`);
    expect(replace('a'.repeat(500), '(a|aa|aaa)*b', 'x')).toBe('a'.repeat(500));
    expect(replace('a'.repeat(300), `${'a?'.repeat(300)}${'a'.repeat(300)}`, 'x')).toBe('x');
  });
});
