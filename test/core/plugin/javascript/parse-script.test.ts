/** What can be seen of JavaScript without running it. */
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../../src/core/plugin/javascript/parse-script.ts';

const seen = (source: string) => {
  const parsed = parseScript(source);
  return parsed.ok ? parsed.value : parsed.error;
};

describe('parseScript()', () => {
  it.each([
    ['export function a() {}', ['a']],
    ['export async function a() {}\nexport function* b() {}', ['a', 'b']],
    ['export const a = () => 1, b = 2, c = make();', ['a', 'c']],
    ['function a() {}\nfunction b() {}\nexport { a, b as other };', ['a', 'other']],
    ['export default function () {}', ['default']],
    ['export const VERSION = "1"; export class A {}; export const a = function () {};', ['a']],
    ['export function _a() {}; export function __b() {}; export function $c() {}', []],
  ])('finds what the module %j exports', (source, exports) => {
    expect(seen(source)).toEqual({ isModule: true, exports });
  });

  it.each([
    ['module.exports = { a, b: function () {}, "c-d": x, e: 1, f() {} };', ['a', 'b', 'c-d', 'f']],
    ['exports.a = () => 1; module.exports.b = async () => 2; exports.c = 3;', ['a', 'b']],
    ['exports.a = exports.b = run;', ['a', 'b']],
    ['module.exports = build(fns);\n0 && (module.exports = { a, b });', ['a', 'b']],
    ['module["exports"]["a"] = run;', ['a']],
    ['if (true) { exports.a = run; }', []],
    ['const other = {}; other.exports = { a };', []],
    ['', []],
  ])('finds what the script %j exports', (source, exports) => {
    expect(seen(source)).toEqual({ isModule: false, exports });
  });

  it('takes for a script what modules may not say', () => {
    expect(seen('with (Math) { var n = floor(1.5); }\nexports.a = () => 010;')).toEqual({
      isModule: false,
      exports: ['a'],
    });
  });

  it.each([
    ['let x = ;', 1, 9],
    ['export function f( {', 1, 21],
    ['// ü\n\nexport const a = () => {\n  return [1, 2;\n};', 4, 15],
    ['return 1', 1, 1],
    ['`open', 1, 2],
    ['a\u2028b c', 2, 3],
  ])('says where %j is no JavaScript', (source, line, column) => {
    expect(seen(source)).toMatchObject({ code: 'javascript_syntax', line, column });
  });

  it.each([
    'import x from "y";\nexport function f() {}',
    'export function f() {}\nimport "y";',
    'export * from "y";',
    'export { f } from "y";',
  ])('refuses %j, which needs another file', (source) => {
    expect(seen(source)).toMatchObject({ code: 'javascript_import' });
  });

  it('refuses more than 512 KiB', () => {
    expect(seen(`// ${'é'.repeat(256 * 1024)}`)).toMatchObject({ code: 'source_too_large' });
  });

  const many = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => make(index)).join('');
  it.each([
    ['parentheses', '('.repeat(200_000)],
    ['arrows', 'a=>('.repeat(50_000)],
    ['templates', '`${'.repeat(50_000)],
    ['brackets', '['.repeat(200_000)],
    ['sums', '1+'.repeat(200_000)],
    ['labels', many(20_000, (index) => `l${index}:`)],
    ['declarations', many(40_000, (index) => `let v${index};`)],
    [
      'exports',
      `${many(20_000, (index) => `let v${index};`)}export {${many(20_000, (index) => `v${index},`)}}`,
    ],
    ['groups of one name', `x=[${'/(?<a>)|(?<a>)/,'.repeat(30_000)}]`],
    ['a regular expression of groups', `x=/${'('.repeat(200_000)}/`],
    ['private names', `class A{${many(40_000, (index) => `#p${index};`)}}`],
    ['parameters', `(function(${many(40_000, (index) => `a${index},`)}){"use strict"})`],
    ['comments', '/*'.repeat(250_000)],
  ])('comes to an end with %s', (_what, source) => {
    const found = seen(source);
    expect('code' in found ? found.code : 'fine').toMatch(/^(?:fine|javascript_syntax|too_deep)$/);
  });
});
