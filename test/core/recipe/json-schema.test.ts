import { Validator } from '@cfworker/json-schema';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { languageSchema } from '../../../src/core/recipe/json-schema.ts';
import committed from '../../../src/core/recipe/recipe.v1.schema.json' with { type: 'json' };
import { NODE_SCHEMAS } from '../../../src/core/recipe/schema/nodes.ts';
import { parseSource } from '../../../src/core/recipe/source.ts';
import { DOCUMENTS } from '../../conformance/documents.ts';
import { EDGES } from '../../conformance/edges.ts';
import { HITL } from '../../conformance/hitl.ts';
import { INPUTS } from '../../conformance/inputs.ts';
import { MAPS } from '../../conformance/maps.ts';
import { NODES } from '../../conformance/nodes.ts';
import { OUTPUTS } from '../../conformance/outputs.ts';
import { REFERENCES } from '../../conformance/references.ts';
import { takeMarks } from '../../conformance/row.ts';
import type { Row } from '../../conformance/row.ts';
import { VALUES } from '../../conformance/values.ts';
import type { Schema } from '@cfworker/json-schema';

const RECIPES = join(import.meta.dirname, '../../../recipes');
const ROWS = [
  ...DOCUMENTS,
  ...REFERENCES,
  ...INPUTS,
  ...NODES,
  ...VALUES,
  ...MAPS,
  ...EDGES,
  ...HITL,
  ...OUTPUTS,
];

// SAFETY: the validator reads a schema as the plain JSON it is.
const validator = new Validator(committed as unknown as Schema, '7', false);

function isValid(text: string): boolean {
  return validator.validate(parseSource(text).value).valid;
}

/** Whether the compiler finds the text to be without errors and without unknown keys. */
function isClean({ text, path = 'recipes/main.yaml', sources, prompts, strict }: Row): boolean {
  const { plan, diagnostics } = compileRecipe({
    path,
    text: takeMarks(text).text,
    sources: new Map(Object.entries(sources ?? {})),
    prompts: new Map(Object.entries(prompts ?? {})),
    strict: strict ?? false,
  });
  return plan !== undefined && diagnostics.every(({ code }) => code !== 'unknown_key');
}

const flat = (nodes: string, more = '') => `name: r\n${more}\nnodes:\n${nodes}`;
const NODE = '  - {id: a, type: wait, for: 1}';

describe('the JSON Schema of the language', () => {
  it('is the one that the sources make: `npm run schema` writes it', () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(languageSchema())));
  });

  it.each(readdirSync(RECIPES))('accepts the example recipe %s', (name) => {
    expect(isValid(readFileSync(join(RECIPES, name, 'recipe.yaml'), 'utf8'))).toBe(true);
  });

  it('accepts every text of the conformance tables that the compiler finds clean', () => {
    const clean = ROWS.filter(isClean);
    const refused = clean.filter(({ text }) => !isValid(takeMarks(text).text));
    expect(clean.length).toBeGreaterThan(300);
    expect(refused.map(({ name }) => name)).toEqual([]);
  });

  it.each([
    ['no nodes', 'name: r'],
    ['no name', 'nodes: [{id: a, type: wait, for: 1}]'],
    ['an empty list of nodes', 'name: r\nnodes: []'],
    ['an envelope without a recipe', 'definitions: {a: 1}'],
    ['a recipe that is a list', 'recipe: []'],
    ['a key beside the recipe', 'recipe: {name: r, nodes: [{id: a, type: wait, for: 1}]}\nnods: 1'],
    ['an unknown key of a recipe', flat(NODE, 'inputs: []')],
    ['an unknown key of a node', flat('  - {id: a, type: wait, for: 1, prompt: hi}')],
    ['an unknown type', flat('  - {id: a, type: agent}')],
    ['a node without a type', flat('  - {id: a, for: 1}')],
    ['a node without an id', flat('  - {type: wait, for: 1}')],
    ['an id with a dot', flat('  - {id: a.b, type: wait, for: 1}')],
    ['a node without what its type needs', flat('  - {id: a, type: function_task}')],
    ['a model without a prompt', flat('  - {id: a, type: language_task}')],
    ['a wait for nothing', flat('  - {id: a, type: wait}')],
    ['a timeout that is no duration', flat('  - {id: a, type: wait, for: 1, timeout: soon}')],
    ['a timeout of 0', flat('  - {id: a, type: wait, for: 1, timeout: 0}')],
    ['zero attempts', flat('  - {id: a, type: wait, for: 1, retry: {max_attempts: 0}}')],
    ['an unknown key of a policy', flat('  - {id: a, type: wait, for: 1, retry: {tries: 3}}')],
    ['an unknown on_error', flat('  - {id: a, type: wait, for: 1, on_error: ignore}')],
    [
      'zero items in flight',
      flat('  - {id: a, type: map, over: x, task: {type: wait, for: 1}, max_concurrency: 0}'),
    ],
    ['a map without a task', flat('  - {id: a, type: map, over: x}')],
    ['a broken task', flat('  - {id: a, type: map, over: x, task: {type: wait, four: 1}}')],
    ['an input without a type', flat(NODE, 'user_inputs: [{id: x}]')],
    ['an unknown input type', flat(NODE, 'user_inputs: [{id: x, type: number}]')],
    ['an edge of one end', flat(NODE, 'edges: ["a"]')],
    ['an edge with an arrow', flat(NODE, 'edges: ["a -> END"]')],
    ['edges that are neither a list nor auto', flat(NODE, 'edges: all')],
    ['an output without an id', flat(NODE, 'final_outputs: [{value: 1}]')],
    ['zero steps', flat(NODE, 'limits: {max_steps: 0}')],
    ['an import without a path', flat(NODE, 'imports: [{namespace: a}]')],
  ])('refuses %s', (_what, text) => {
    expect(isValid(text)).toBe(false);
  });

  it.each([
    ['a reference for any value', flat('  - {id: a, type: wait, for: 1, timeout: "@times.short"}')],
    ['a reference for a node', flat('  - "@nodes.first"')],
    ['a merged map that brings the type', flat('  - {id: a, <<: "@nodes.base"}')],
    [
      'keys of your own, anywhere',
      flat('  - {id: a, type: wait, for: 1, x-note: hi}', 'x-team: a'),
    ],
    ['nothing behind a key', flat('  - {id: a, type: wait, for: 1, timeout: }', 'edges:')],
  ])('accepts %s', (_what, text) => {
    expect(isValid(text)).toBe(true);
  });

  it('tells nodes apart by their type', () => {
    const { definitions } = committed;
    const types = Object.keys(NODE_SCHEMAS);
    expect(definitions.task.else.properties.type.enum).toEqual(types);
    expect(definitions.task.else.oneOf.map(({ $ref }) => $ref)).toEqual(
      types.map((type) => `#/definitions/node_${type}`),
    );
  });

  it('describes every key', () => {
    const bare: string[] = [];
    visit(committed, '', (key, member) => {
      if (typeof describedBy(member) !== 'string') bare.push(key);
    });
    expect(bare).toEqual([]);
  });
});

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every member of every `properties`, with its pointer. */
function visit(schema: unknown, at: string, see: (key: string, member: Json) => void): void {
  if (!isObject(schema)) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value) && isObject(schema['patternProperties'])) {
      for (const [name, member] of Object.entries(value))
        if (isObject(member)) see(`${at}/${key}/${name}`, member);
    }
    visit(value, `${at}/${key}`, see);
  }
}

function describedBy(member: Json): unknown {
  const { $ref, description } = member;
  if (typeof $ref !== 'string') return description;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), committed);
  return isObject(target) ? describedBy(target) : undefined;
}
