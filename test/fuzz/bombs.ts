/** Recipes made to swell or to turn in circles: aliases, references, imports, sub-recipes, merges. */
import type { Random } from './random.ts';
import { FILES } from './recipes.ts';

const times = (count: number, make: (index: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);

const NODES = 'nodes: [{id: a, type: function_task, function_identifier: p.f, input: VALUE}]';

/** A flat recipe around definitions, with one value that uses them. */
function around(definitions: string, value: string): string {
  return `name: r\ndefinitions:\n${definitions}\n${NODES.replace('VALUE', () => value)}\n`;
}

export function bomb(random: Random): string {
  const width = random.pick([1, 2, 3, 9, 10]);
  const height = random.pick([2, 5, 9, 20, 62, 70]);
  const links = (prefix: string, level: number): string =>
    Array.from({ length: width }, () => `${prefix}d${level}`).join(random.pick([', ', ' , ']));
  return random.pick([
    () =>
      around(
        `  d0: &d0 [x]\n${times(height, (n) => `  d${n + 1}: &d${n + 1} [${links('*', n)}]`)}`,
        `*d${height}`,
      ),
    () =>
      around(
        `  d0: &d0 {k: 1}\n${times(height, (n) => `  d${n + 1}: &d${n + 1} {<<: [${links('*', n)}], k${n}: *d${n}}`)}`,
        `*d${height}`,
      ),
    () =>
      around(
        `  d0: [x]\n${times(height, (n) => `  d${n + 1}: [${links('"@', n).replaceAll(/(d\d+)/g, '$1"')}]`)}`,
        `"@d${height}"`,
      ),
    () =>
      around(
        `  d0: {k: 1}\n${times(height, (n) => `  d${n + 1}: {<<: "@d${n}", k${n}: "@d${n}"}`)}`,
        `"@d${height}"`,
      ),
    () =>
      around(
        `  d0: x\n${times(height, (n) => `  d${n + 1}: "${links('@', n)}"`)}`,
        `"@d${height}"`,
      ),
    () =>
      around(
        times(height, (n) => `  d${n}: {a: "@d${(n + 1) % height}.a"}`),
        '"@d0"',
      ),
    () =>
      around(
        times(height, (n) => `  d${n}: "@d${(n + random.below(3)) % height}"`),
        '"@d0.a.b[0]"',
      ),
    () => around(`  a: &a {b: *a}\n  c: &c [*c, *a]\n  <<: *a`, '*c'),
    () =>
      around(
        `  a: &a {<<: *a}\n  b: {<<: "@b"}\n  c: {<<: ["@d"]}\n  d: {<<: ["@c", {x: "@d.x"}]}`,
        '{<<: "@c"}',
      ),
    () => around(`  a: &a [1]\n  b: &a [*a, *a]\n  c: &a {x: *a}`, '[*a, *a, "@c.x"]'),
    () =>
      `imports: [${times(width * 9, () => `"${random.pick(FILES)}"`, ', ')}]\n${around('  x: "@lib.tone"', '"@ns.a.tone"')}`,
    () =>
      `imports: [lib.yaml, loop.yaml, {path: loop.yaml, namespace: l}]\nname: r\n${NODES.replace('VALUE', '"@l.a.b.c"')}\n`,
    () =>
      `name: r\nnodes:\n${times(width * 3, (n) => `- {id: n${n}, type: recipe, recipe_path: ${random.pick(['sub.yaml', 'main.yaml', 'recipes/main.yaml', 'tree1.yaml', 'tree9.yaml'])}}`)}\n`,
    () =>
      `name: r\n${NODES.replace('VALUE', () => '['.repeat(height) + ']'.repeat(random.pick([0, height])))}\n`,
    () =>
      `name: r\n${NODES.replace('VALUE', () => `\n${times(height, (n) => `${' '.repeat(n + 2)}a${n}:`)} 1`)}\n`,
    () =>
      `name: r\nnodes: [${'{id: a, type: map, over: [1], task: '.repeat(height)}{type: wait, for: 1}${'}'.repeat(height)}]\n`,
    () =>
      `name: r\nnodes:\n${times(width * 40, (n) => `- {id: n${n}, type: wait, for: 1, output: ${random.pick(['o', `o${n}`])}}`)}\nedges:\n${times(width * 60, () => `- n${random.below(width * 40)} to n${random.below(width * 40)}${random.pick(['', ' if x', ' if n1.a'])}`)}\n`,
    () =>
      `name: r\nnodes: [{id: a, type: wait, for: 1}]\nedges:\n- {from: [${times(width * 30, () => 'a', ', ')}], to: [${times(width * 30, () => 'a', ', ')}]}\n`,
    () =>
      `name: r\nuser_inputs:\n${times(width * 40, (n) => `- {id: i${n % (width * 20)}, type: string, pattern: "${random.pick(['(a+)+$', '(.*)*', '[', 'a{999}{999}', '(?=x)'])}", default: ${'a'.repeat(20)}}`)}\n${NODES.replace('VALUE', 'x')}\n`,
    () => `name: r\n${times(width * 200, (n) => `k${n}: v`)}\n${NODES.replace('VALUE', 'x')}\n`,
    () =>
      `name: r\nnodes: [${times(width * 40, (n) => `{id: a${n % 7}, typ: x, k${n}: 1}`, ', ')}]\n`,
    () =>
      `name: r\n${NODES.replace('VALUE', () => `"${random.pick(['{{ a }}', '@a ', '{{', '{% if a %}', '{{ nosuch }}', '{# ', '@@', '{% include "', '\\u0000'])}"`.replace(/^"(.*)"$/, (_, text: string) => `"${text.replaceAll('"', '\\"').repeat(width * 300)}"`))}\n`,
  ])();
}
