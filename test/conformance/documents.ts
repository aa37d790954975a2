/** Section 1: documents. */
import { yaml } from './row.ts';
import type { Row } from './row.ts';

const NODE = '{id: a, type: function_task, function_identifier: p.f}';

export const DOCUMENTS: readonly Row[] = [
  {
    rule: '1.1',
    name: 'YAML is read',
    text: yaml`
      name: r
      nodes:
        - id: a
          type: function_task
          function_identifier: p.f
    `,
    expect: { plan: { name: 'r' } },
  },
  {
    rule: '1.1',
    name: 'JSON is read',
    text: '{"name": "r", "nodes": [{"id": "a", "type": "function_task", "function_identifier": "p.f"}]}',
    expect: { plan: { name: 'r', graph: { entries: ['a'] } } },
  },
  {
    rule: '1.1',
    name: 'JSON with tabs is read',
    text: '{\n\t"name": "r",\n\t"nodes": [{"id": "a", "type": "function_task", "function_identifier": "p.f"}]\n}',
    expect: { plan: { name: 'r' } },
  },
  {
    rule: '1.1',
    name: 'yes, no, on and off are booleans',
    text: yaml`
      name: r
      user_inputs:
        - {id: a, type: json, default: [yes, No, ON, off, y, n, true]}
      nodes: [${NODE}]
    `,
    expect: { plan: { inputs: [{ default: [true, false, true, false, 'y', 'n', true] }] } },
  },
  {
    rule: '1.1',
    name: 'quoted yes is text',
    text: yaml`
      name: "yes"
      nodes: [${NODE}]
    `,
    expect: { plan: { name: 'yes' } },
  },
  {
    rule: '1.1',
    name: 'keys keep their text, also yes, 1 and null',
    text: yaml`
      name: r
      definitions: {on: 1, 1: 2, null: 3, 0x1: 4}
      nodes: [${NODE}]
    `,
    expect: { plan: { definitions: { on: 1, 1: 2, null: 3, '0x1': 4 } } },
  },
  {
    rule: '1.1',
    name: 'dates stay text',
    text: yaml`
      name: r
      definitions: {day: 2030-01-31}
      nodes: [${NODE}]
    `,
    expect: { plan: { definitions: { day: '2030-01-31' } } },
  },
  {
    rule: '1.1',
    name: 'a version keeps its digits',
    text: yaml`
      name: r
      version: 1.10
      nodes: [${NODE}]
    `,
    expect: { plan: { version: '1.10' } },
  },
  {
    rule: '1.1',
    name: 'a broken text is a fault at its place',
    text: 'name: r\nnodes: [1, 2\n⟦⟧',
    expect: { diagnostics: ['yaml_syntax'] },
  },
  {
    rule: '1.1',
    name: 'a tab as indentation is a fault',
    text: 'name: r\nnodes:\n⟦\t⟧- id: a\n',
    expect: { diagnostics: ['yaml_syntax'] },
  },
  {
    rule: '1.1',
    name: 'a second document is a fault',
    text: `name: r\nnodes: [${NODE}]\n⟦-⟧--\nname: s\n`,
    expect: { diagnostics: ['multiple_documents'] },
  },
  {
    rule: '1.1',
    name: 'an empty text is a fault',
    text: '',
    expect: { diagnostics: [{ code: 'empty_document', line: 1, column: 1 }] },
  },
  {
    rule: '1.1',
    name: 'a text of comments is a fault',
    text: '# nothing\n\n# here\n',
    expect: { diagnostics: [{ code: 'empty_document', line: 1, column: 1 }] },
  },
  {
    rule: '1.1',
    name: 'an infinite number is a fault',
    text: `name: r\nx-a: ⟦.inf⟧\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_value'] },
  },
  {
    rule: '1.1',
    name: 'a number that loses digits is a warning',
    text: `name: r\nx-a: ⟦12345678901234567890⟧\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['number_precision'] },
  },
  {
    rule: '1.1',
    name: 'a tag of an unknown kind is a warning',
    text: `name: r\nx-a: ⟦!secret⟧ b\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_tag'] },
  },
  {
    rule: '1.1',
    name: 'a map as a key is a fault',
    text: `name: r\n? {⟦a⟧: b}\n: c\nnodes: [${NODE}]\n`,
    expect: { diagnostics: [{ code: 'yaml_key', line: 2, column: 3 }] },
  },
  {
    rule: '1.1',
    name: '__proto__ as a key is a fault',
    text: `name: r\nx-a: {⟦__proto__⟧: {a: 1}}\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_key'] },
  },
  {
    rule: '1.1',
    name: 'places are right after non-ASCII text',
    text: `name: "é😀"\nnodes: [${NODE}] # ü\ncolour⟦⟧: x`.replace('colour⟦⟧', '⟦colour⟧'),
    expect: { diagnostics: ['unknown_key'] },
  },
  {
    rule: '1.1',
    name: 'places are right with Windows line ends',
    text: `name: r\r\nnodes: [${NODE}]\r\n⟦colour⟧: x\r\n`,
    expect: { diagnostics: ['unknown_key'] },
  },
  {
    rule: '1.2',
    name: 'an enveloped recipe is read',
    text: yaml`
      imports: []
      definitions: {a: 1}
      models: {m: {model: x}}
      recipe:
        name: r
        nodes: [${NODE}]
    `,
    expect: { plan: { name: 'r', definitions: { a: 1, models: { m: { model: 'x' } } } } },
  },
  {
    rule: '1.2',
    name: 'a flat recipe is read, with its definitions',
    text: yaml`
      name: r
      definitions: {a: 1}
      models: {m: {model: x}}
      nodes: [${NODE}]
    `,
    expect: { plan: { name: 'r', definitions: { a: 1, models: { m: { model: 'x' } } } } },
  },
  {
    rule: '1.2',
    name: '$schema and x- keys are allowed anywhere',
    text: yaml`
      $schema: /schemas/recipe.v1.json
      x-owner: me
      recipe:
        name: r
        x-a: 1
        user_inputs: [{id: t, type: string, x-b: 2}]
        nodes: [{id: a, type: function_task, function_identifier: p.f, x-c: 3, retry: {max_attempts: 2, x-d: 4}}]
        edges: [{from: START, to: a, x-e: 5}]
        final_outputs: [{id: a, x-f: 6}]
    `,
    expect: {},
  },
  {
    rule: '1.2',
    name: 'a list is no recipe',
    text: '⟦-⟧ a\n- b\n',
    expect: { diagnostics: ['not_a_recipe'] },
  },
  {
    rule: '1.2',
    name: 'text is no recipe',
    text: '⟦hello⟧\n',
    expect: { diagnostics: ['not_a_recipe'] },
  },
  {
    rule: '1.2',
    name: 'a map of other things is no recipe',
    text: '⟦definitions⟧: {a: 1}\n',
    expect: { diagnostics: ['not_a_recipe'] },
  },
  {
    rule: '1.2',
    name: 'a misspelt recipe key is suggested',
    text: `⟦recipee⟧:\n  name: r\n  nodes: [${NODE}]\n`,
    expect: { diagnostics: ['not_a_recipe'], suggestions: ['recipe'] },
  },
  {
    rule: '1.2',
    name: 'recipe must be a map',
    text: 'recipe: ⟦[⟧1]\n',
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '1.3',
    name: 'all keys of a recipe are known',
    text: yaml`
      recipe:
        name: r
        version: "2"
        description: d
        strict: false
        user_inputs: [{id: t, type: string}]
        nodes: [${NODE}]
        edges: [START to a]
        final_outputs: [a]
        model_config: {provider: mock, model: m}
        defaults: {timeout: 30s}
        limits: {max_steps: 50, timeout: 1h, max_concurrent: 4, max_cost_usd: 2.5, max_tokens: 1000, allow_unpriced: true}
        concurrency: {key: "{{ t }}", limit: 2, on_limit: reject}
        rate_limit: {limit: 10, window: 1m, key: "{{ t }}"}
        debounce: {key: "{{ t }}", wait: 5s, max_wait: 1m}
        priority: 7
        on_failure: {webhook: https://example.com/failed}
    `,
    expect: {
      plan: {
        version: '2',
        description: 'd',
        modelConfig: { provider: 'mock', model: 'm' },
        limits: {
          maxSteps: 50,
          timeoutMs: 3_600_000,
          maxConcurrent: 4,
          maxCostUsd: 2.5,
          maxTokens: 1000,
          allowUnpriced: true,
        },
        concurrency: { limit: 2, onLimit: 'reject', key: '{{ t }}' },
        rateLimit: { limit: 10, windowMs: 60_000, key: '{{ t }}' },
        debounce: { waitMs: 5000, maxWaitMs: 60_000, key: '{{ t }}' },
        priority: 7,
        onFailure: { webhook: 'https://example.com/failed' },
      },
    },
  },
  {
    rule: '1.3',
    name: 'a run is put off by ten waits at most where nothing else is said',
    text: `name: r\nnodes: [${NODE}]\ndebounce: {wait: 2s}\n`,
    expect: { plan: { debounce: { waitMs: 2000, maxWaitMs: 20_000 } } },
  },
  {
    rule: '1.3',
    name: 'max_wait is not shorter than wait',
    text: `name: r\nnodes: [${NODE}]\ndebounce: {wait: 2m, max_wait: ⟦1m⟧}\n`,
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '1.3',
    name: 'the starts of a window are at most 1000',
    text: `name: r\nnodes: [${NODE}]\nrate_limit: {limit: ⟦1001⟧, window: 1m}\n`,
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '1.3',
    name: 'a key reads inputs, not what nodes give',
    text: `name: r\nuser_inputs: [{id: t, type: string}]\nnodes: [${NODE}]\nconcurrency: {limit: 1, key: "{{ t }}{{ ⟦a⟧ }}"}\n`,
    expect: { diagnostics: ['reads_later'] },
  },
  {
    rule: '1.3',
    name: 'a key that reads nothing that there is is found',
    text: `name: r\nuser_inputs: [{id: topic, type: string}]\nnodes: [${NODE}]\ndebounce: {wait: 1, key: "{{ ⟦topik⟧ }}"}\n`,
    expect: { diagnostics: ['unknown_variable'], suggestions: ['topic'] },
  },
  {
    rule: '1.3',
    name: 'a priority is a whole number from -100 to 100',
    text: `name: r\nnodes: [${NODE}]\npriority: ⟦101⟧\n`,
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '1.3',
    name: 'name is required',
    text: `recipe:\n  ⟦nodes⟧: [${NODE}]\n`,
    expect: { diagnostics: ['missing_key'] },
  },
  {
    rule: '1.3',
    name: 'nodes are required',
    text: 'recipe:\n  ⟦name⟧: r\n',
    expect: { diagnostics: ['missing_key'] },
  },
  {
    rule: '1.3',
    name: 'one node is the least',
    text: 'name: r\nnodes: ⟦[⟧]\n',
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '1.3',
    name: 'nodes must be a list',
    text: 'name: r\nnodes: {⟦a⟧: 1}\n',
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '1.3',
    name: 'edges beside recipe are taken, with a warning',
    text: yaml`
      recipe:
        name: r
        nodes: [${NODE}, {id: b, type: function_task, function_identifier: p.f}]
      ⟦edges⟧: [b to a]
    `,
    expect: { diagnostics: ['misplaced_edges'], plan: { graph: { entries: ['b'] } } },
  },
  {
    rule: '1.3',
    name: 'max_steps is 10 000 unless said',
    text: `name: r\nnodes: [${NODE}]\n`,
    expect: { plan: { limits: { maxSteps: 10_000 }, strict: false } },
  },
  {
    rule: '1.3',
    name: 'limits are checked',
    text: `name: r\nnodes: [${NODE}]\nlimits: {max_steps: ⟦0⟧, timeout: ⟦soon⟧}\n`,
    expect: { diagnostics: ['out_of_range', 'bad_format'] },
  },
  {
    rule: '1.3',
    name: 'a key without a value is a key that is not there',
    text: `name: r\ndescription:\nedges:\nnodes: [${NODE}]\n`,
    expect: {},
  },
  {
    rule: '1.4',
    name: 'an unknown key is a warning with a suggestion',
    text: `name: r\n⟦desription⟧: d\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['unknown_key'], suggestions: ['description'] },
  },
  {
    rule: '1.4',
    name: 'an unknown key in a node is a warning',
    text: 'name: r\nnodes: [{id: a, type: function_task, function_identifier: p.f, ⟦inputs⟧: {a: 1}}]\n',
    expect: { diagnostics: ['unknown_key'], suggestions: ['input'] },
  },
  {
    rule: '1.4',
    name: 'an unknown key in a nested map is a warning',
    text: 'name: r\nnodes: [{id: a, type: function_task, function_identifier: p.f, cache: {ttl: 5, ⟦scop⟧: run}}]\n',
    expect: {
      diagnostics: ['unknown_key'],
      suggestions: ['scope'],
      node: { cache: { ttlMs: 5000, scope: 'tenant' } },
    },
  },
  {
    rule: '1.4',
    name: 'a key beside recipe that belongs in it is told',
    text: `recipe:\n  name: r\n  nodes: [${NODE}]\n⟦user_inputs⟧: []\n`,
    expect: { diagnostics: ['unknown_key'], suggestions: ['recipe.user_inputs'] },
  },
  {
    rule: '1.4',
    name: 'an unknown key is an error in strict mode',
    text: `name: r\n⟦desription⟧: d\nnodes: [${NODE}]\n`,
    strict: true,
    expect: { diagnostics: ['unknown_key'] },
  },
  {
    rule: '1.4',
    name: 'a recipe can be strict by itself',
    text: `name: r\nstrict: true\n⟦desription⟧: d\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['unknown_key/error'] },
  },
  {
    rule: '1.4',
    name: 'a key given twice is an error',
    text: `name: r\n⟦name⟧: s\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_duplicate_key'] },
  },
  {
    rule: '1.4',
    name: 'a key given twice in JSON is an error',
    text: '{"name": "r", ⟦"name"⟧: "s", "nodes": []}',
    expect: { diagnostics: ['yaml_duplicate_key'] },
  },
  {
    rule: '1.5',
    name: 'a source over 1 MiB is refused',
    text: `name: r\n# ${'x'.repeat(1024 * 1024)}\n`,
    expect: { diagnostics: [{ code: 'source_too_large', line: 1, column: 1 }] },
  },
  {
    rule: '1.5',
    name: 'a source with too many tokens is refused',
    text: `name: r\nnodes: [${'1,'.repeat(300_000)}]`,
    expect: { diagnostics: [{ code: 'source_too_complex', line: 2, column: 166667 }] },
  },
  {
    rule: '1.5',
    name: '500 nodes are allowed',
    text: `name: r\nnodes:\n${Array.from({ length: 500 }, (_, n) => `  - {id: n${n}, type: wait, for: 1}`).join('\n')}\n`,
    expect: {},
  },
  {
    rule: '1.5',
    name: '501 nodes are refused',
    text: `name: r\nnodes:\n  ⟦-⟧ {id: a, type: wait, for: 1}\n${Array.from({ length: 500 }, (_, n) => `  - {id: n${n}, type: wait, for: 1}`).join('\n')}\n`,
    expect: { diagnostics: ['too_many_nodes'] },
  },
  {
    rule: '1.5',
    name: '101 imports are refused',
    text: `imports:\n  ⟦-⟧ a.yaml\n${'  - a.yaml\n'.repeat(100)}name: r\nnodes: [${NODE}]\n`,
    sources: { 'recipes/a.yaml': 'a: 1' },
    expect: { diagnostics: ['too_many_imports'] },
  },
  {
    rule: '1.5',
    name: 'values nested deeper than 64 levels are refused',
    text: `name: r\nx-a: ${'['.repeat(70)}${']'.repeat(70)}\nnodes: [${NODE}]\n`,
    expect: { diagnostics: [{ code: 'too_deep', line: 2, column: 70 }] },
  },
  {
    rule: '1.5',
    name: 'blocks nested deeper than 64 levels are refused',
    text: `name: r\nx-a:\n${Array.from({ length: 70 }, (_, n) => `${' '.repeat(n + 1)}a:`).join('\n')}\nnodes: [${NODE}]\n`,
    expect: { diagnostics: [{ code: 'too_deep', line: 67, column: 66 }] },
  },
  {
    rule: '1.5',
    name: 'aliases that multiply are refused',
    text: yaml`
      name: r
      x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
      x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
      x-e: &e [*d, *d, *d, ⟦*d⟧, ⟦*d⟧]
      nodes: [${NODE}]
    `,
    expect: { diagnostics: ['alias_limit', 'alias_limit'] },
  },
  {
    rule: '1.5',
    name: 'an alias inside its own anchor is refused',
    text: `name: r\nx-a: &a [1, ⟦*a⟧]\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_alias'] },
  },
  {
    rule: '1.5',
    name: 'an alias without an anchor is refused',
    text: `name: r\nx-a: ⟦*a⟧\nnodes: [${NODE}]\n`,
    expect: { diagnostics: ['yaml_alias'] },
  },
];
