/** Section 2: imports, definitions, references. */
import { yaml } from './row.ts';
import type { Row } from './row.ts';

const NODE = '{id: a, type: function_task, function_identifier: p.f}';

/** A flat recipe whose one node is given `input`, after `head`. */
function withInput(head: string, input: string): string {
  return `name: r\n${head}\nnodes: [{id: a, type: function_task, function_identifier: p.f, input: ${input}}]\n`;
}

const MODELS =
  'definitions: {fast: {provider: mock, model: small}, slow: {provider: mock, model: large}}';

export const REFERENCES: readonly Row[] = [
  // 2.1
  {
    rule: '2.1',
    name: 'an import is found beside the importing file first',
    path: 'recipes/team/main.yaml',
    text: withInput('imports: [shared.yaml]', '"@who"'),
    sources: { 'recipes/team/shared.yaml': 'who: beside', 'recipes/shared.yaml': 'who: root' },
    expect: { node: { input: 'beside' } },
  },
  {
    rule: '2.1',
    name: 'an import is found at the root next',
    path: 'recipes/team/main.yaml',
    text: withInput('imports: [lib/shared.yaml]', '"@who"'),
    sources: { 'recipes/lib/shared.yaml': 'who: root' },
    expect: { node: { input: 'root' } },
  },
  {
    rule: '2.1',
    name: 'an import may name the root folder',
    text: withInput('imports: [recipes/shared.yaml]', '"@who"'),
    sources: { 'recipes/shared.yaml': 'who: root' },
    expect: { node: { input: 'root' } },
  },
  {
    rule: '2.1',
    name: 'an import needs no extension',
    text: withInput('imports: [shared]', '"@who"'),
    sources: { 'recipes/shared.yml': 'who: yml' },
    expect: { node: { input: 'yml' } },
  },
  {
    rule: '2.1',
    name: 'paths are normalised',
    path: 'recipes/a/b/main.yaml',
    text: withInput('imports: [./../x//shared.yaml]', '"@who"'),
    sources: { 'recipes/a/x/shared.yaml': 'who: up' },
    expect: { node: { input: 'up' } },
  },
  {
    rule: '2.1',
    name: '.. may not leave the root',
    text: `imports: [⟦../secrets.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'secrets.yaml': 'a: 1' },
    expect: { diagnostics: ['bad_import_path'] },
  },
  {
    rule: '2.1',
    name: 'an absolute path is an error',
    text: `imports: [⟦/etc/passwd⟧]\nname: r\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['bad_import_path'] },
  },
  {
    rule: '2.1',
    name: 'a URL is an error',
    text: `imports: [⟦"https://example.com/a.yaml"⟧]\nname: r\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['bad_import_path'] },
  },
  {
    rule: '2.1',
    name: 'a file that does not exist is an error with the nearest name',
    text: `imports: [⟦sharde.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/shared.yaml': 'a: 1' },
    expect: { diagnostics: ['import_not_found'], suggestions: ['recipes/shared.yaml'] },
  },
  {
    rule: '2.1',
    name: 'a namespace keeps definitions apart',
    text: withInput(
      'imports: [{path: x.yaml, namespace: n}]\ndefinitions: {who: mine}',
      '["@who", "@n.who"]',
    ),
    sources: { 'recipes/x.yaml': 'who: theirs' },
    expect: { node: { input: ['mine', 'theirs'] } },
  },
  {
    rule: '2.1',
    name: 'a namespaced definition is not found without its namespace',
    text: withInput('imports: [{path: x.yaml, namespace: n}]', '⟦"@who"⟧'),
    sources: { 'recipes/x.yaml': 'who: theirs\nother: 1' },
    expect: { diagnostics: ['unknown_reference'] },
  },
  {
    rule: '2.1',
    name: 'references inside a namespaced file mean its own definitions first',
    text: withInput(
      'imports: [{path: x.yaml, namespace: n}]\ndefinitions: {who: mine, where: here}',
      '"@n.greeting"',
    ),
    sources: { 'recipes/x.yaml': 'who: theirs\ngreeting: "hello @who in @where"' },
    expect: { node: { input: 'hello theirs in here' } },
  },
  {
    rule: '2.1',
    name: 'an import must be a path or a map with one',
    text: `imports: [⟦5⟧, {⟦namespace⟧: n}]\nname: r\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['wrong_type', 'wrong_type'] },
  },
  {
    rule: '2.1',
    name: 'imports must be a list',
    text: `imports: ⟦shared.yaml⟧\nname: r\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '2.1',
    name: 'a namespace must be a name',
    text: `imports: [{⟦path⟧: x.yaml, namespace: "a b"}]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/x.yaml': 'a: 1' },
    expect: { diagnostics: ['bad_id'] },
  },
  // 2.2
  {
    rule: '2.2',
    name: 'a file with definitions gives those alone',
    text: withInput('imports: [x.yaml]', '["@a", ⟦"@b"⟧]'),
    sources: { 'recipes/x.yaml': 'definitions: {a: 1, c: 2}\nb: 2' },
    expect: { diagnostics: ['unknown_reference'] },
  },
  {
    rule: '2.2',
    name: 'a file without definitions gives all but its recipe and imports',
    text: withInput('imports: [x.yaml]', '["@a", ⟦"@recipe"⟧]'),
    sources: { 'recipes/x.yaml': 'a: 1\nb: 2\nrecipe: {name: x}' },
    expect: { diagnostics: ['unknown_reference'] },
  },
  {
    rule: '2.2',
    name: 'imports nest',
    text: withInput('imports: [x.yaml]', '"@deep"'),
    sources: {
      'recipes/x.yaml': 'imports: [lib/y.yaml]',
      'recipes/lib/y.yaml': 'imports: [z.yaml]',
      'recipes/lib/z.yaml': 'deep: 7',
    },
    expect: { node: { input: 7 } },
  },
  {
    rule: '2.2',
    name: 'a cycle of imports is an error at the entry',
    text: `imports: [⟦x.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/x.yaml': 'imports: [y.yaml]', 'recipes/y.yaml': 'imports: [x.yaml]' },
    expect: { diagnostics: ['import_cycle'] },
  },
  {
    rule: '2.2',
    name: 'importing the recipe itself is a cycle',
    text: `imports: [⟦main.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/main.yaml': 'a: 1' },
    expect: { diagnostics: ['import_cycle'] },
  },
  {
    rule: '2.2',
    name: 'one file imported twice by different ways is no cycle',
    text: withInput('imports: [x.yaml, y.yaml]', '"@a"'),
    sources: {
      'recipes/x.yaml': 'imports: [z.yaml]',
      'recipes/y.yaml': 'imports: [z.yaml]',
      'recipes/z.yaml': 'a: 1',
    },
    expect: { node: { input: 1 } },
  },
  {
    rule: '2.2',
    name: 'a fault in an imported file is shown at the entry',
    text: `imports: [⟦x.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/x.yaml': 'a: [1, 2' },
    expect: { diagnostics: ['import_invalid'] },
  },
  {
    rule: '2.2',
    name: 'an imported file must be a map',
    text: `imports: [⟦x.yaml⟧]\nname: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/x.yaml': '- 1' },
    expect: { diagnostics: ['import_invalid'] },
  },
  // 2.3
  {
    rule: '2.3',
    name: 'later imports override earlier ones, local definitions override both',
    text: withInput('imports: [x.yaml, y.yaml]\ndefinitions: {c: local}', '["@a", "@b", "@c"]'),
    sources: { 'recipes/x.yaml': 'a: x\nb: x\nc: x', 'recipes/y.yaml': 'b: y\nc: y' },
    expect: { node: { input: ['x', 'y', 'local'] } },
  },
  {
    rule: '2.3',
    name: 'maps merge deeply, lists are replaced',
    text: withInput('imports: [x.yaml]\ndefinitions: {a: {m: {two: 2}, l: [9]}}', '"@a"'),
    sources: { 'recipes/x.yaml': 'a: {m: {one: 1, two: 0}, l: [1, 2]}' },
    expect: { node: { input: { m: { one: 1, two: 2 }, l: [9] } } },
  },
  {
    rule: '2.3',
    name: 'an overridden definition is used by the imported ones too',
    text: withInput('imports: [x.yaml]\ndefinitions: {tone: warm}', '"@prompt"'),
    sources: { 'recipes/x.yaml': 'tone: cold\nprompt: "be @tone"' },
    expect: { node: { input: 'be warm' } },
  },
  // 2.4
  {
    rule: '2.4',
    name: 'models are readable as definitions',
    text: withInput('models: {fast: {model: small}}', '["@models.fast", "@fast"]'),
    expect: { node: { input: [{ model: 'small' }, { model: 'small' }] } },
  },
  {
    rule: '2.4',
    name: 'anchors and references mix',
    text: yaml`
      models:
        fast: &fast {provider: mock, model: small}
        careful: {<<: *fast, temperature: 0}
      recipe:
        name: r
        nodes:
          - {id: a, type: language_task, prompt: hi, model: *fast}
          - {id: b, type: language_task, prompt: "{{ a }}", model: "@careful"}
    `,
    expect: {
      plan: {
        graph: {
          nodes: [
            { model: { provider: 'mock', model: 'small' } },
            { model: { provider: 'mock', model: 'small', temperature: 0 } },
          ],
        },
      },
    },
  },
  {
    rule: '2.4',
    name: '<< merges a list of maps, earlier ones win',
    text: withInput('x-a: &a {k: a, l: a}\nx-b: &b {k: b, m: b}', '{<<: [*a, *b], l: own}'),
    expect: { node: { input: { k: 'a', l: 'own', m: 'b' } } },
  },
  {
    rule: '2.4',
    name: '<< merges a referenced map, own keys win',
    text: withInput('definitions: {base: {k: 1, l: 2}}', '{<<: "@base", l: 3}'),
    expect: { node: { input: { k: 1, l: 3 } } },
  },
  {
    rule: '2.4',
    name: '<< works on a whole node, and its faults are shown there',
    text: yaml`
      name: r
      definitions: {base: {type: function_task, function_identifier: p.f, max_visits: 0}}
      nodes:
        - {id: a, <<: ⟦"@base"⟧}
    `,
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '2.4',
    name: 'a fault inside an anchored map is shown in it',
    text: yaml`
      name: r
      x-base: &base {type: function_task, function_identifier: p.f, max_visits: ⟦0⟧}
      nodes:
        - {id: a, <<: *base}
    `,
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '2.4',
    name: '<< of something else than a map is an error',
    text: withInput('definitions: {base: 5}', '{<<: ⟦"@base"⟧}'),
    expect: { diagnostics: ['merge_not_map'] },
  },
  {
    rule: '2.4',
    name: '<< is read in definitions too',
    text: withInput(
      'definitions: {base: {k: 1}, more: {<<: "@base", l: 2}}',
      '["@more.k", "@more"]',
    ),
    expect: { node: { input: [1, { k: 1, l: 2 }] } },
  },
  // 2.5
  {
    rule: '2.5',
    name: 'three spellings mean the same',
    text: withInput(
      'definitions: {a: {b: {c: 7}}}',
      '["@a.b.c", "@reference:a.b.c", "@reference(a.b.c)"]',
    ),
    expect: { node: { input: [7, 7, 7] } },
  },
  {
    rule: '2.5',
    name: 'a whole-string reference keeps the type',
    text: withInput(
      'definitions: {a: 1, b: true, c: null, d: [1], e: {k: v}}',
      '["@a", "@b", "@c", "@d", "@e"]',
    ),
    expect: { node: { input: [1, true, null, [1], { k: 'v' }] } },
  },
  {
    rule: '2.5',
    name: 'an embedded reference is spliced as text',
    text: withInput(
      'definitions: {a: 1, b: true, c: null, d: [1], e: {k: v}, f: x}',
      '"<@a @b @c @d @e @f>"',
    ),
    expect: { node: { input: '<1 true  [1] {"k":"v"} x>' } },
  },
  {
    rule: '2.5',
    name: 'the long spellings are embedded too',
    text: withInput('definitions: {a: {b: x}}', '"<@reference(a.b)y @reference:a.b>"'),
    expect: { node: { input: '<xy x>' } },
  },
  {
    rule: '2.5',
    name: 'an index may follow',
    text: withInput('definitions: {l: [a, b, c]}', '["@l[0]", "@l[-1]", "@reference(l)[1]"]'),
    expect: { node: { input: ['a', 'c', 'b'] } },
  },
  {
    rule: '2.5',
    name: 'a slice may follow',
    text: withInput('definitions: {l: [a, b, c]}', '["@l[0:2]", "@l[1:]", "@l[:-1]", "@l[:]"]'),
    expect: {
      node: {
        input: [
          ['a', 'b'],
          ['b', 'c'],
          ['a', 'b'],
          ['a', 'b', 'c'],
        ],
      },
    },
  },
  {
    rule: '2.5',
    name: 'a key may follow an index',
    text: withInput('definitions: {l: [{k: v}]}', '"@l[0].k"'),
    expect: { node: { input: 'v' } },
  },
  {
    rule: '2.5',
    name: 'an index that is not there is an error',
    text: withInput('definitions: {l: [a]}', '[⟦"@l[1]"⟧, ⟦"@l[x]"⟧]'),
    expect: { diagnostics: ['bad_subscript', 'bad_subscript'] },
  },
  {
    rule: '2.5',
    name: 'a list is also indexed by a dotted number',
    text: withInput('definitions: {l: [a, {k: b}]}', '["@l.0", "@l.1.k"]'),
    expect: { node: { input: ['a', 'b'] } },
  },
  // 2.6
  {
    rule: '2.6',
    name: 'the exact path wins over a wrapper',
    text: withInput('definitions: {expert: exact, prompts: {expert: wrapped}}', '"@expert"'),
    expect: { node: { input: 'exact' } },
  },
  {
    rule: '2.6',
    name: 'a namespace wins over a file stem',
    text: withInput('imports: [n.yaml, {path: x.yaml, namespace: n}]', '"@n.who"'),
    sources: { 'recipes/n.yaml': 'who: stem', 'recipes/x.yaml': 'who: namespace' },
    expect: { node: { input: 'namespace' } },
  },
  {
    rule: '2.6',
    name: 'a file stem names its definitions',
    text: withInput('imports: [lib/voice-lib.yaml, y.yaml]', '["@voice-lib.who", "@who"]'),
    sources: { 'recipes/lib/voice-lib.yaml': 'who: lib', 'recipes/y.yaml': 'who: y' },
    expect: { node: { input: ['lib', 'y'] } },
  },
  {
    rule: '2.6',
    name: 'models, prompts, configs and conditions are looked under',
    text: withInput(
      'definitions: {models: {m: 1}, prompts: {p: 2}, configs: {c: 3}, conditions: {d: 4}}',
      '["@m", "@p", "@c", "@d"]',
    ),
    expect: { node: { input: [1, 2, 3, 4] } },
  },
  {
    rule: '2.6',
    name: 'a sole root key is looked under',
    text: withInput('definitions: {anything: {m: 1}}', '"@m"'),
    expect: { node: { input: 1 } },
  },
  {
    rule: '2.6',
    name: 'other keys are not looked under',
    text: withInput('definitions: {anything: {m: 1}, other: 2}', '⟦"@m"⟧'),
    expect: { diagnostics: ['unknown_reference'] },
  },
  {
    rule: '2.6',
    name: 'two matches under wrappers are ambiguous',
    text: withInput('definitions: {models: {x: 1}, prompts: {x: 2}}', '⟦"@x"⟧'),
    expect: { diagnostics: ['ambiguous_reference'] },
  },
  {
    rule: '2.6',
    name: 'two files of one stem are ambiguous',
    text: withInput('imports: [a/m.yaml, b/m.yaml]', '⟦"@m.who"⟧'),
    sources: { 'recipes/a/m.yaml': 'who: a', 'recipes/b/m.yaml': 'who: b' },
    expect: { diagnostics: ['ambiguous_reference'] },
  },
  // 2.7
  {
    rule: '2.7',
    name: 'definitions refer to definitions',
    text: withInput('definitions: {a: "@b", b: {c: "@d"}, d: "<@e>", e: 5}', '["@a", "@a.c"]'),
    expect: { node: { input: [{ c: '<5>' }, '<5>'] } },
  },
  {
    rule: '2.7',
    name: 'a map may refer to another part of itself',
    text: withInput('definitions: {a: {x: "@a.y", y: 1}}', '"@a"'),
    expect: { node: { input: { x: 1, y: 1 } } },
  },
  {
    rule: '2.7',
    name: 'a cycle is an error where it is written',
    text: `name: r\ndefinitions: {a: ⟦"@b"⟧, b: "@a"}\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['reference_cycle'] },
  },
  {
    rule: '2.7',
    name: 'a definition that holds itself is a cycle',
    text: `name: r\ndefinitions: {a: {b: ⟦"@a"⟧}}\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['reference_cycle'] },
  },
  {
    rule: '2.7',
    name: 'a text that grows without end is refused',
    text: withInput(
      `definitions: {t0: xxxxxxxxxx, ${Array.from({ length: 30 }, (_, n) => `t${n + 1}: "@t${n}@@@t${n}"`).join(', ')}}`,
      '"@t30"',
    ),
    expect: { diagnostics: [{ code: 'expansion_limit', line: 2, column: 254 }] },
  },
  {
    rule: '2.7',
    name: 'lists that multiply are refused',
    text: withInput(
      `definitions: {t0: 1, ${Array.from({ length: 30 }, (_, n) => `t${n + 1}: ["@t${n}", "@t${n}"]`).join(', ')}}`,
      '"@t30"',
    ),
    expect: { diagnostics: [{ code: 'expansion_limit', line: 2, column: 306 }] },
  },
  // 2.8
  {
    rule: '2.8',
    name: 'an e-mail address is text',
    text: withInput('definitions: {example: x}', '"write to me@example.com or a.b@example"'),
    expect: { node: { input: 'write to me@example.com or a.b@example' } },
  },
  {
    rule: '2.8',
    name: 'an unknown embedded name is text',
    text: withInput('definitions: {a: x}', '"ask @nobody about @media"'),
    expect: { node: { input: 'ask @nobody about @media' } },
  },
  {
    rule: '2.8',
    name: 'a trailing dot is punctuation',
    text: withInput('definitions: {a: {b: x}}', '"say @a.b. And (@a.b)."'),
    expect: { node: { input: 'say x. And (x).' } },
  },
  {
    rule: '2.8',
    name: 'a sentence may follow the dot at once',
    text: withInput('definitions: {a: x}', '"say @a.Then go"'),
    expect: { node: { input: 'say x.Then go' } },
  },
  {
    rule: '2.8',
    name: '@@ is a literal @',
    text: withInput('definitions: {a: x}', '["@@a", "to @@a and @a", "me@@here"]'),
    expect: { node: { input: ['@a', 'to @a and x', 'me@here'] } },
  },
  {
    rule: '2.8',
    name: 'an unknown whole-string reference is an error with the nearest name',
    text: withInput(MODELS, '⟦"@fats"⟧'),
    expect: { diagnostics: ['unknown_reference'], suggestions: ['@fast'] },
  },
  {
    rule: '2.8',
    name: 'an unknown key of a known definition is an error',
    text: withInput(MODELS, '[⟦"@fast.modle"⟧, ⟦"x @fast.modle"⟧]'),
    expect: {
      diagnostics: ['unknown_reference', 'unknown_reference'],
      suggestions: ['@fast.model', '@fast.model'],
    },
  },
  {
    rule: '2.8',
    name: 'a long spelling is never text',
    text: withInput(MODELS, '⟦"x @reference(nobody)"⟧'),
    expect: { diagnostics: ['unknown_reference'] },
  },
  {
    rule: '2.8',
    name: 'a lone @ and words after it are text',
    text: withInput('definitions: {a: x}', '["@", "@ a", "a @ b"]'),
    expect: { node: { input: ['@', '@ a', 'a @ b'] } },
  },
  // 2.9
  {
    rule: '2.9',
    name: 'a reference with a template stays for the run',
    text: yaml`
      name: r
      user_inputs: [{id: kind, type: string}]
      definitions: {types: {a: {path: x}}}
      nodes: [{id: a, type: function_task, function_identifier: p.f, input: "@types.{{kind}}.path"}]
    `,
    expect: {
      node: { input: '@types.{{kind}}.path' },
      plan: { definitions: { types: { a: { path: 'x' } } } },
    },
  },
  {
    rule: '2.9',
    name: 'a variable in such a reference is checked',
    text: withInput(
      'user_inputs: [{id: kind, type: string}]\ndefinitions: {types: {a: 1}}',
      '"@types.{{⟦knid⟧}}"',
    ),
    expect: { diagnostics: ['unknown_variable'], suggestions: ['kind'] },
  },
  {
    rule: '2.9',
    name: 'definitions of a file stem are kept when such a reference needs them',
    text: withInput(
      'imports: [types.yaml]\nuser_inputs: [{id: kind, type: string}]',
      '"@types.{{kind}}"',
    ),
    sources: { 'recipes/types.yaml': 'a: 1' },
    expect: { plan: { definitions: { types: { a: 1 }, a: 1 } } },
  },
  {
    rule: '2.9',
    name: 'a model may be a template that renders to a reference',
    text: yaml`
      name: r
      user_inputs: [{id: speed, type: string}]
      models: {fast: {model: small}}
      nodes: [{id: a, type: language_task, prompt: hi, model: "@{{ speed }}"}]
    `,
    expect: { node: { model: '@{{ speed }}' } },
  },
  {
    rule: '2.9',
    name: 'text that starts with @ and a template is no reference',
    text: withInput(
      'user_inputs: [{id: user, type: string}]\ndefinitions: {a: 1, b: 2}',
      '["@{{ user }} wrote", "@@{{ user }}", "@{{ user }}"]',
    ),
    expect: {
      node: { input: ["{{ '@' }}{{ user }} wrote", "{{ '@' }}{{ user }}", '@{{ user }}'] },
    },
  },
  // 2.10
  {
    rule: '2.10',
    name: 'any field may be a reference',
    text: yaml`
      definitions:
        asks: [{id: topic, type: string}]
        ways: [a to b if @conditions.good]
        gives: [b]
        conditions: {good: a > 3}
        fn: p.f
        args: {t: "{{ topic }}"}
        list: [1, 2]
      recipe:
        name: r
        user_inputs: "@asks"
        nodes:
          - {id: a, type: function_task, function_identifier: "@fn", input: "@args"}
          - {id: b, type: map, over: "@list", task: {type: function_task, function_identifier: "@fn"}}
        edges: "@ways"
        final_outputs: "@gives"
    `,
    expect: {
      plan: {
        inputs: [{ id: 'topic' }],
        graph: {
          nodes: [
            { function: 'p.f', input: { t: '{{ topic }}' } },
            { over: [1, 2], task: { function: 'p.f' } },
          ],
          edges: [{ from: 'a', to: 'b', condition: 'a > 3' }],
          outputs: [{ id: 'b' }],
        },
      },
    },
  },
  {
    rule: '2.10',
    name: 'nodes and single nodes may be references',
    text: yaml`
      definitions:
        first: {id: a, type: function_task, function_identifier: p.f}
      recipe:
        name: r
        nodes: ["@first"]
    `,
    expect: { node: { id: 'a', function: 'p.f' } },
  },
  {
    rule: '2.10',
    name: 'the condition of an edge may be a reference with braces',
    text: yaml`
      definitions: {good: "{{ a > 3 }}", other: 1}
      recipe:
        name: r
        nodes: [${NODE}, {id: b, type: function_task, function_identifier: p.f}]
        edges: [{from: a, to: b, condition: "@good"}]
    `,
    expect: { plan: { graph: { edges: [{ condition: 'a > 3' }] } } },
  },
  {
    rule: '2.10',
    name: 'a fault behind a reference is shown at the reference',
    text: yaml`
      definitions: {asks: [{id: topic, type: strin}], other: 1}
      recipe:
        name: r
        user_inputs: ⟦"@asks"⟧
        nodes: [${NODE}]
    `,
    expect: { diagnostics: ['unknown_value'], suggestions: ['string'] },
  },
  // 2.11
  {
    rule: '2.11',
    name: 'definitions are readable in templates',
    text: withInput(
      'definitions: {tone: warm, style: {voice: calm}}',
      '"{{ tone }} {{ style.voice }}"',
    ),
    expect: { plan: { definitions: { tone: 'warm', style: { voice: 'calm' } } } },
  },
  {
    rule: '2.11',
    name: 'a definition that is a template is kept as it is',
    text: withInput(
      'user_inputs: [{id: n, type: int}]\ndefinitions: {twice: "{{ n * 2 }}"}',
      '"{{ twice + 1 }}"',
    ),
    expect: { plan: { definitions: { twice: '{{ n * 2 }}' } } },
  },
  {
    rule: '2.11',
    name: 'definitions of a namespace are readable in templates',
    text: withInput('imports: [{path: x.yaml, namespace: n}]', '"{{ n.tone }}"'),
    sources: { 'recipes/x.yaml': 'tone: warm' },
    expect: { plan: { definitions: { n: { tone: 'warm' } } } },
  },
];
