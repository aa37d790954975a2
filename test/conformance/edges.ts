/** Section 7: edges, joins, cycles, sub-recipes. */
import type { Row } from './row.ts';
import { yaml } from './row.ts';

const fn = (id: string, more = ''): string =>
  `{id: ${id}, type: function_task, function_identifier: p.f${more}}`;

/** A flat recipe of nodes a, b, c, d, … with edges. */
function graph(ids: string, edges: string): string {
  return `name: r\nnodes: [${ids
    .split(' ')
    .map((id) => fn(id))
    .join(', ')}]\nedges: ${edges}\n`;
}

function row(name: string, text: string, expected: Row['expect'], more: Partial<Row> = {}): Row {
  return { rule: '7', name, text, expect: expected, ...more };
}

const edge = (from: string, to: string, condition?: string, back = false) =>
  condition === undefined ? { from, to, back } : { from, to, condition, back };

function shape(entries: readonly string[], edges: readonly object[]): Row['expect'] {
  return { plan: { graph: { entries, edges } } };
}

/** A flat recipe whose node includes another one. */
function includes(inside: string): string {
  return `name: r\nuser_inputs: [{id: topic, type: string}]\nnodes: [{id: s, type: recipe, ${inside}}]\n`;
}

const SUB =
  'name: sub\nuser_inputs: [{id: text, type: string}, {id: n, type: int, default: 1}]\nnodes: [{id: x, type: function_task, function_identifier: p.f, input: {t: text}}]\nfinal_outputs: [x]\n';
const call = (path: string): string =>
  `name: r\nnodes: [{id: s, type: recipe, recipe_path: ${path}}]\n`;

export const EDGES: readonly Row[] = [
  // forms
  row(
    'no edges are a chain in the order listed',
    `name: r\nnodes: [${fn('b')}, ${fn('a')}, ${fn('c')}]\n`,
    {
      ...shape(['b'], [edge('b', 'a'), edge('a', 'c')]),
      diagnostics: [],
    },
  ),
  row('an empty list is no edges', graph('a b', '[]'), shape(['a'], [edge('a', 'b')])),
  row('one node needs no edges', graph('a', '[]'), shape(['a'], [])),
  row('a to b', graph('a b', '[a to b]'), shape(['a'], [edge('a', 'b')])),
  row(
    'a to b if condition',
    graph('a b', '[a to b if a.score > 3 and not a.bad]'),
    shape(['a'], [edge('a', 'b', 'a.score > 3 and not a.bad')]),
  ),
  row(
    'the condition is all after the first if',
    graph('a b', '["a to b if a.x if a.y else a.z"]'),
    shape(['a'], [edge('a', 'b', 'a.x if a.y else a.z')]),
  ),
  row(
    'the condition may stand in braces',
    graph('a b', '["a to b if {{ a > 3 }}"]'),
    shape(['a'], [edge('a', 'b', 'a > 3')]),
  ),
  row(
    'white space does not matter',
    graph('a b', '["  a   to\tb   if   a > 3  "]'),
    shape(['a'], [edge('a', 'b', 'a > 3')]),
  ),
  row(
    'ids may hold dashes',
    graph('a-to b-if', '[a-to to b-if if a-to]'.replace(' if a-to]', ' if nodes]')),
    shape(['a-to'], [edge('a-to', 'b-if', 'nodes')]),
  ),
  row('a node may be called to', graph('to if', '[to to if]'), shape(['to'], [edge('to', 'if')])),
  row(
    'from, to and condition',
    graph('a b', '[{from: a, to: b, condition: a > 3}]'),
    shape(['a'], [edge('a', 'b', 'a > 3')]),
  ),
  row(
    'a condition may be a boolean',
    graph('a b', '[{from: a, to: b, condition: true}]'),
    shape(['a'], [edge('a', 'b', 'true')]),
  ),
  row(
    'lists give every pair',
    graph('a b c d', '[{from: [a, b], to: [c, d]}]'),
    shape(['a', 'b'], [edge('a', 'c'), edge('a', 'd'), edge('b', 'c'), edge('b', 'd')]),
  ),
  row(
    'forms mix',
    graph('a b c', '[a to b, {from: b, to: c}]'),
    shape(['a'], [edge('a', 'b'), edge('b', 'c')]),
  ),
  row(
    'to END',
    graph('a b', '[a to b if a > 1, a to END if a < 2]'),
    shape(['a'], [edge('a', 'b', 'a > 1'), edge('a', 'END', 'a < 2')]),
  ),
  row(
    'START names the entries',
    graph('a b c', '[START to b, b to a, START to c, {from: [a, c], to: END}]'),
    shape(['b', 'c'], [edge('b', 'a'), edge('a', 'END'), edge('c', 'END')]),
  ),
  row(
    "a condition on START becomes the node's own",
    graph('a b', '[START to a, "START to b if run.id"]'),
    {
      plan: { graph: { entries: ['a', 'b'], nodes: [{ id: 'a' }, { id: 'b', when: 'run.id' }] } },
    },
  ),
  row(
    'a condition on START cannot be kept beside other edges',
    graph('a b', '[START to a, a to b, ⟦"START to b if run.id"⟧]'),
    { diagnostics: ['start_condition'] },
  ),
  row('an arrow is a fault with the right spelling', graph('a b', '[⟦a -> b⟧]'), {
    diagnostics: ['bad_edge'],
    suggestions: ['a to b'],
  }),
  row('half an edge is a fault', graph('a b', '[⟦a to⟧, ⟦a⟧, ⟦to b⟧, ⟦""⟧]'), {
    diagnostics: ['bad_edge', 'bad_edge', 'bad_edge', 'bad_edge'],
  }),
  row('an empty condition is a fault', graph('a b', '[⟦"a to b if "⟧]'), {
    diagnostics: ['bad_edge'],
  }),
  row('an edge is text or a map', graph('a b', '[⟦5⟧, ⟦[⟧a, b]]'), {
    diagnostics: ['bad_edge', 'bad_edge'],
  }),
  row(
    'from and to are needed',
    graph('a b', '[{⟦to⟧: b}, {from: a, to: ⟦5⟧}, {from: ⟦[⟧], to: b}]'),
    { diagnostics: ['bad_edge', 'bad_edge', 'bad_edge'] },
  ),
  row('an unknown key in an edge is a warning', graph('a b', '[{from: a, to: b, ⟦if⟧: x}]'), {
    diagnostics: ['unknown_key'],
    suggestions: ['condition'],
  }),
  row('a condition is text', graph('a b', '[{from: a, to: b, condition: ⟦[⟧1]}]'), {
    diagnostics: ['wrong_type'],
  }),
  row('edges are a list or auto', graph('a b', '⟦automatic⟧'), { diagnostics: ['wrong_type'] }),
  row('nothing leads to START or from END', graph('a b', '[a to b, b to ⟦START⟧, ⟦END⟧ to a]'), {
    diagnostics: ['bad_edge', 'bad_edge'],
  }),
  row(
    'an unknown node is an error at its name',
    graph('first second', '[first to ⟦secnd⟧, ⟦frist⟧ to second]'),
    {
      diagnostics: ['unknown_node', 'unknown_node'],
      suggestions: ['second', 'first'],
    },
  ),
  row(
    'an unknown node in a list is an error at its place',
    graph('a b', '[{from: a, to: [b, ⟦c⟧]}]'),
    { diagnostics: ['unknown_node'] },
  ),
  row('an edge given twice is a warning', graph('a b', '[a to b, ⟦a to b⟧]'), {
    diagnostics: ['duplicate_edge'],
    plan: { graph: { edges: [edge('a', 'b')] } },
  }),
  row(
    'two edges with different conditions are two',
    graph('a b', '[a to b if a > 1, a to b if a < 0]'),
    shape(['a'], [edge('a', 'b', 'a > 1'), edge('a', 'b', 'a < 0')]),
  ),
  row('a fault in a condition is shown in it', graph('a b', '["a to b if a | ⟦lenth⟧ > 3"]'), {
    diagnostics: ['unknown_filter'],
  }),
  row(
    'a fault in a condition of a map is shown in it',
    graph('a b', '[{from: a, to: b, condition: "{{ a | ⟦lenth⟧ }}"}]'),
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'an unknown variable in a condition is shown in it',
    `name: r\nuser_inputs: [{id: goal, type: int}]\nnodes: [${fn('a')}, ${fn('b')}]\nedges: [a to b if a > ⟦gaol⟧]\n`,
    {
      diagnostics: ['unknown_variable'],
      suggestions: ['goal'],
    },
  ),
  row('a condition that reads what comes later is an error', graph('a b', '[a to b if ⟦b⟧ > 3]'), {
    diagnostics: ['reads_later'],
  }),
  row(
    'a condition reads its source and all before it',
    graph('a b c', '[a to b, b to c if a > 1 and b > 2]'),
    {},
  ),
  // entries and reach
  row(
    'entries are the nodes nothing leads to, in the order listed',
    graph('a b c d', '[d to a, c to a, a to b]'),
    shape(['c', 'd'], [edge('d', 'a'), edge('c', 'a'), edge('a', 'b')]),
  ),
  row('a node in no edge never runs, with a warning', graph('a b ⟦c⟧', '[a to b]'), {
    diagnostics: ['unreachable'],
    plan: { graph: { entries: ['a'] } },
  }),
  row(
    'a node in no edge whose output is read is an error',
    yaml`
    name: r
    nodes:
      - ${fn('a')}
      - ${fn('b', ', input: "{{ c | default(1) }}"')}
      - {id: ⟦c⟧, type: wait, for: 1}
    edges: [a to b]
  `,
    { diagnostics: ['unreachable/error'] },
  ),
  row(
    'a node in no edge whose output is given back is an error',
    `name: r\nnodes: [${fn('a')}, ${fn('⟦b⟧')}]\nedges: [a to END]\nfinal_outputs: [b]\n`,
    { diagnostics: ['unreachable/error'] },
  ),
  row(
    'a node that START does not reach never runs',
    graph('a b ⟦c⟧ ⟦d⟧', '[START to a, a to b, c to d, d to b]'),
    { diagnostics: ['unreachable', 'unreachable'] },
  ),
  row('a graph needs a start', graph('a', '[⟦START to END⟧]'.replaceAll(/[⟦⟧]/g, '')), {
    diagnostics: [{ code: 'no_entry', line: 3, column: 8 }],
  }),
  row(
    '10 000 edges are the most',
    `name: r\nnodes:\n${Array.from({ length: 150 }, (_, n) => `  - {id: n${n}, type: wait, for: 1}`).join('\n')}\nedges:\n  - {from: [${Array.from({ length: 150 }, (_, n) => `n${n}`).join(', ')}], to: [${Array.from({ length: 150 }, (_, n) => `n${n}`).join(', ')}]}\n`,
    {
      diagnostics: [{ code: 'too_many_edges', line: 154, column: 3 }],
    },
  ),
  // cycles
  row(
    'an edge that closes a cycle is marked',
    graph('a b c', '[a to b, b to a if b < 3, b to c if b > 2]'),
    shape(['a'], [edge('a', 'b'), edge('b', 'a', 'b < 3', true), edge('b', 'c', 'b > 2')]),
  ),
  row(
    'a node may lead to itself',
    graph('a', '[a to a if a < 3]'),
    shape(['a'], [edge('a', 'a', 'a < 3', true)]),
  ),
  row(
    'a ring starts at the node listed first',
    graph('b a', '[a to b if a, b to a if b < 3]'),
    shape(['b'], [edge('a', 'b', 'a', true), edge('b', 'a', 'b < 3')]),
  ),
  row(
    'START decides where a ring begins',
    graph('b a', '[START to a, a to b, b to a if b < 3]'),
    shape(['a'], [edge('a', 'b'), edge('b', 'a', 'b < 3', true)]),
  ),
  row(
    'two cycles that share a node',
    graph('a b c', '[a to b, b to a if b > 1, b to c, c to a if c > 2]'),
    shape(
      ['a'],
      [
        edge('a', 'b'),
        edge('b', 'a', 'b > 1', true),
        edge('b', 'c'),
        edge('c', 'a', 'c > 2', true),
      ],
    ),
  ),
  row(
    'a join is no cycle',
    graph('a b c d', '[a to b, a to c, b to d, c to d]'),
    shape(['a'], [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')]),
  ),
  row('a loop without a bound is a warning', graph('a b', '[START to a, a to b, ⟦b to a⟧]'), {
    diagnostics: ['unbounded_loop'],
  }),
  row(
    'a loop with max_visits has a bound',
    `name: r\nnodes: [${fn('a', ', max_visits: 3')}, ${fn('b')}]\nedges: [START to a, a to b, b to a]\n`,
    {},
  ),
  row(
    'a loop with a condition inside has a bound',
    graph('a b', '[START to a, a to b if a < 3, b to a]'),
    {},
  ),
  // auto
  row(
    'auto finds edges in what templates read',
    yaml`
    name: r
    nodes:
      - ${fn('c', ', input: "{{ a }} {{ b }}"')}
      - ${fn('b', ', input: {x: a}')}
      - ${fn('a')}
    edges: auto
  `,
    shape(['a'], [edge('b', 'c'), edge('a', 'c'), edge('a', 'b')]),
  ),
  row(
    'auto follows output names and nodes.id',
    yaml`
    name: r
    nodes:
      - ${fn('a', ', output: text')}
      - ${fn('b', ', input: "{{ text }}"')}
      - ${fn('c', ', input: "{{ nodes.a.x }}"')}
      - ${fn('d', ', when: b > 1')}
    edges: auto
  `,
    shape(['a'], [edge('a', 'b'), edge('a', 'c'), edge('b', 'd')]),
  ),
  row('auto lets independent nodes start together', graph('a b', 'auto'), shape(['a', 'b'], [])),
  row(
    'auto looks into the tasks of maps',
    yaml`
    name: r
    nodes:
      - ${fn('a')}
      - {id: m, type: map, over: [1], task: {type: language_task, prompt: "{{ a }}"}}
    edges: auto
  `,
    shape(['a'], [edge('a', 'm')]),
  ),
  row(
    'auto refuses nodes that read one another',
    yaml`
    name: r
    nodes:
      - {⟦id⟧: a, type: function_task, function_identifier: p.f, input: "{{ b }}"}
      - ${fn('b', ', input: "{{ a }}"')}
    edges: auto
  `,
    { diagnostics: ['auto_cycle'] },
  ),
  // writers
  row(
    'parallel writers of one output are a warning',
    yaml`
    name: r
    nodes:
      - ${fn('a')}
      - ${fn('b', ', output: x')}
      - ${fn('c', ', output: ⟦x⟧')}
    edges: [a to b, a to c]
  `,
    { diagnostics: ['parallel_writers'] },
  ),
  row(
    'writers one after the other are not',
    yaml`
    name: r
    nodes:
      - ${fn('b', ', output: x')}
      - ${fn('c', ', output: x, input: {t: x}')}
    edges: [b to c]
  `,
    {},
  ),
  row(
    'writers in alternatives are not',
    yaml`
    name: r
    nodes:
      - ${fn('a')}
      - ${fn('b', ', output: x')}
      - ${fn('c', ', output: x')}
    edges: [a to b if a > 3, a to c if a <= 3]
  `,
    {},
  ),
  // sub-recipes
  row(
    'a sub-recipe comes into the plan',
    includes('recipe_path: sub.yaml, input_mapping: {text: topic}, output_mapping: {y: x}'),
    {
      node: {
        type: 'recipe',
        path: 'sub.yaml',
        inputMapping: { text: 'topic' },
        outputMapping: { y: 'x' },
        hasOutput: false,
      },
      plan: { recipes: { 'sub.yaml': { name: 'sub', graph: { entries: ['x'] } } } },
    },
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row(
    'a sub-recipe with an output says so',
    includes('recipe_path: sub, output: o'),
    { node: { path: 'sub', hasOutput: true, output: 'o' } },
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row(
    'a sub-recipe is looked up beside the recipe first',
    call('sub.yaml'),
    { plan: { recipes: { 'sub.yaml': { name: 'near' } } } },
    {
      path: 'recipes/team/main.yaml',
      sources: {
        'recipes/sub.yaml': SUB,
        'recipes/team/sub.yaml': SUB.replace('name: sub', 'name: near'),
      },
    },
  ),
  row('a path with a template stays for the run', includes('recipe_path: "{{ topic }}.yaml"'), {
    node: { path: '{{ topic }}.yaml' },
    plan: { recipes: {} },
  }),
  row(
    'a sub-recipe that does not exist is an error',
    includes('recipe_path: ⟦sbu.yaml⟧'),
    { diagnostics: ['unknown_recipe'], suggestions: ['recipes/sub.yaml'] },
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row('a sub-recipe outside the root is an error', includes('recipe_path: ⟦../sub.yaml⟧'), {
    diagnostics: ['bad_import_path'],
  }),
  row(
    'a sub-recipe with faults is an error at its name',
    call('⟦sub.yaml⟧'),
    { diagnostics: ['bad_recipe'] },
    { sources: { 'recipes/sub.yaml': SUB.replace('p.f', '5') } },
  ),
  row(
    'warnings of a sub-recipe are its own',
    call('sub.yaml'),
    {},
    { sources: { 'recipes/sub.yaml': `${SUB}colour: red\n` } },
  ),
  row('a recipe that includes itself is an error', call('⟦main.yaml⟧'), {
    diagnostics: ['recipe_cycle'],
  }),
  row(
    'a recipe that includes itself by another is an error',
    call('⟦b.yaml⟧'),
    { diagnostics: ['recipe_cycle'] },
    { sources: { 'recipes/b.yaml': call('c.yaml'), 'recipes/c.yaml': call('main.yaml') } },
  ),
  row(
    'eight levels of sub-recipes are allowed',
    call('l1.yaml'),
    {},
    {
      sources: Object.fromEntries(
        Array.from({ length: 8 }, (_, n) => [
          `recipes/l${n + 1}.yaml`,
          n === 7 ? SUB : call(`l${n + 2}.yaml`),
        ]),
      ),
    },
  ),
  row(
    'nine are not',
    call('⟦l1.yaml⟧'),
    { diagnostics: ['recipe_depth'] },
    {
      sources: Object.fromEntries(
        Array.from({ length: 9 }, (_, n) => [
          `recipes/l${n + 1}.yaml`,
          n === 8 ? SUB : call(`l${n + 2}.yaml`),
        ]),
      ),
    },
  ),
  row(
    'sub-recipes that multiply are refused',
    `name: r\nnodes: [{id: s, type: recipe, recipe_path: a0.yaml}, {id: t, type: recipe, recipe_path: ⟦b0.yaml⟧}]\n`,
    { diagnostics: ['too_many_recipes'] },
    {
      sources: Object.fromEntries(
        ['a', 'b'].flatMap((letter) =>
          Array.from({ length: 7 }, (_, n): [string, string] => [
            `recipes/${letter}${n}.yaml`,
            n === 6
              ? SUB
              : `name: r\nnodes: [{id: s, type: recipe, recipe_path: a${n + 1}.yaml}, {id: t, type: recipe, recipe_path: b${n + 1}.yaml}]\n`,
          ]),
        ),
      ),
    },
  ),
  row(
    'a mapping names inputs of the sub-recipe',
    includes('recipe_path: sub.yaml, input_mapping: {text: topic, ⟦txet⟧: topic}'),
    { diagnostics: ['unknown_sub_input'], suggestions: ['text'] },
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row(
    'a mapping gives what the sub-recipe needs',
    includes('recipe_path: sub.yaml, input_mapping: {⟦n⟧: 5}'),
    { diagnostics: ['missing_sub_input'] },
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row(
    'names that a mapping publishes are known later',
    `name: r\nuser_inputs: [{id: topic, type: string}]\nnodes: [{id: s, type: recipe, recipe_path: sub.yaml, input_mapping: {text: topic}, output_mapping: {result: x}}, ${fn('b', ', input: "{{ result }} {{ s.result }}"')}]\n`,
    {},
    { sources: { 'recipes/sub.yaml': SUB } },
  ),
  row(
    'a sub-recipe imports beside itself',
    call('team/sub.yaml'),
    { plan: { recipes: { 'team/sub.yaml': { definitions: { who: 'team' } } } } },
    {
      sources: {
        'recipes/team/sub.yaml': `imports: [lib.yaml]\n${SUB}`,
        'recipes/team/lib.yaml': 'who: team',
        'recipes/lib.yaml': 'who: root',
      },
    },
  ),
];
