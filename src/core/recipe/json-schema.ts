/**
 * The JSON Schema of the language, draft-07, made from the schemas that the compiler checks with.
 * Wider than they are by what is replaced before they see it: references, `<<`, and free keys.
 */
import { z } from 'zod';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { MAX_DURATION_MS } from './duration.ts';
import { LIMITS } from './limits.ts';
import { commonShape } from './schema/common.ts';
import { edgeSchema, importSchema } from './schema/edges.ts';
import { inputSchema } from './schema/inputs.ts';
import { NODE_SCHEMAS } from './schema/nodes.ts';
import { outputSchema } from './schema/outputs.ts';
import { envelopeSchema, recipeSchema } from './schema/recipe.ts';

const DEFINITIONS = '#/definitions/';
const REFERENCE = refTo('reference');
const NOTHING: JsonObject = { type: 'null' };
const MAX_SECONDS = MAX_DURATION_MS / 1000;
/** Keys of which a node needs one. */
const ONE_OF: { readonly [type: string]: readonly string[] } = {
  language_task: ['prompt', 'messages'],
  wait: ['for', 'until', 'event'],
};
const PART = '[0-9]{1,12}(\\.[0-9]{1,6})?\\s*(ms|s|m|h|d|w)\\s*';

/** Both forms of a document: `{imports, definitions, models, recipe}`, and a recipe by itself. */
export function languageSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Recipe',
    description: 'A recipe: a graph of nodes, in an envelope or by itself.',
    type: 'object',
    allOf: [
      { if: { not: { required: ['recipe'] } }, else: refTo('envelope') },
      { if: { required: ['recipe'] }, else: refTo('flat_recipe') },
    ],
    definitions: {
      envelope: envelope(),
      flat_recipe: flatRecipe(),
      recipe: recipe(),
      input: described(object(inputSchema), 'An input of the recipe.'),
      output: outputs(),
      edge: oneItem(edgeSchema, 'An edge from one node to another.'),
      import: oneItem(importSchema, 'A file whose definitions are used.'),
      ...nodes(),
      ...commonKeys(),
      ...scalars(),
    },
  };
}

function envelope(): JsonObject {
  const whole = withProperties(object(envelopeSchema), {
    edges: edges(),
    recipe: refTo('recipe'),
  });
  const told = propertiesOf(whole);
  // References name what these give, so they cannot be references themselves.
  const given = {
    imports: { type: ['array', 'null'], maxItems: LIMITS.imports, items: refTo('import') },
    definitions: { type: ['object', 'null'] },
    models: { type: ['object', 'null'] },
  };
  const before = Object.entries(given).map(
    ([key, schema]) => [key, { ...ownObject(told, key), ...schema }] as const,
  );
  const properties = { ...told, ...Object.fromEntries(before) };
  return described({ ...whole, properties }, 'A recipe with what it imports and defines.');
}

function recipe(): JsonObject {
  const whole = withProperties(object(recipeSchema), {
    nodes: listOf('node', { minItems: 1, maxItems: LIMITS.nodes }),
    user_inputs: listOf('input', { maxItems: LIMITS.inputs }),
    edges: edges(),
    final_outputs: listOf('output', { maxItems: 500 }),
  });
  return described(whole, 'The recipe: what it asks for, does and gives back.');
}

function flatRecipe(): JsonObject {
  const outer = Object.fromEntries(
    ['imports', 'definitions', 'models'].map((key) => [key, refTo(`envelope/properties/${key}`)]),
  );
  const keys = Object.keys(propertiesOf(recipe())).filter((key) => key !== '<<');
  const own = Object.fromEntries(keys.map((key) => [key, refTo(`recipe/properties/${key}`)]));
  return described(
    closed({ ...outer, ...own }, ['name', 'nodes']),
    'A recipe by itself, with what it imports and defines beside it.',
  );
}

function edges(): JsonObject {
  const list = { type: 'array', maxItems: LIMITS.edges, items: either(refTo('edge')) };
  return { anyOf: [{ const: 'auto' }, list] };
}

function outputs(): JsonObject {
  const name = { type: 'string', minLength: 1, description: 'Name or dotted path of a value.' };
  return described({ anyOf: [name, object(outputSchema)] }, 'An output of the recipe.');
}

/** `node` is one of the types, told apart by `type`; `task` is the same without an id. */
function nodes(): JsonObject {
  const types = Object.entries(NODE_SCHEMAS);
  const byType = types.map(([type, schema]) => [`node_${type}`, nodeOf(type, schema)] as const);
  const known: JsonObject = {
    type: 'object',
    description: 'What the task of a node is, by its type.',
    // What `<<` brings is not known here, the type least of all.
    if: { required: ['<<'], not: { required: ['type'] } },
    else: {
      required: ['type'],
      properties: { type: { enum: types.map(([type]) => type) } },
      oneOf: byType.map(([name]) => refTo(name)),
    },
  };
  const id = { if: { required: ['<<'] }, else: { required: ['id'] } };
  return {
    node: { description: 'A node of the graph.', allOf: [refTo('task'), id] },
    task: known,
    ...Object.fromEntries(byType),
  };
}

function nodeOf(type: string, schema: z.ZodObject): JsonObject {
  const common = toJson(z.strictObject(commonShape));
  const made = toJson(schema);
  const shared = Object.keys(commonShape).filter(
    (key) => JSON.stringify(propertiesOf(made)[key]) === JSON.stringify(propertiesOf(common)[key]),
  );
  const whole = withProperties(object(schema), {
    ...Object.fromEntries(shared.map((key) => [key, refTo(`key_${key}`)])),
    ...(type === 'map' && { task: refTo('task') }),
  });
  const required = requiredOf(whole).filter((key) => key !== 'id');
  const choice = Object.hasOwn(ONE_OF, type) ? ONE_OF[type] : undefined;
  const needs: JsonObject = {
    required,
    ...(choice && { anyOf: choice.map((key) => ({ required: [key] })) }),
  };
  return described({ ...whole, else: needs }, `A node of type ${type}.`);
}

function commonKeys(): JsonObject {
  const properties = propertiesOf(object(z.strictObject(commonShape)));
  return Object.fromEntries(
    Object.keys(commonShape).map((key) => [`key_${key}`, properties[key] ?? {}]),
  );
}

function scalars(): JsonObject {
  return {
    schema_address: { type: 'string', description: 'Address of the schema, for editors.' },
    merge: { description: 'Maps whose keys are taken over: aliases, references, lists.' },
    free: { description: 'A key of your own: it has no effect.' },
    reference: {
      description: 'A reference such as @models.fast: the definition takes its place.',
      type: 'string',
      pattern: '^@[^@]',
    },
    duration: {
      description: 'Seconds, or a duration such as "500ms", "30s", "5m", "1h30m", "2d".',
      anyOf: [
        { type: 'number', minimum: 0, maximum: MAX_SECONDS },
        {
          type: 'string',
          maxLength: 64,
          pattern: `^\\s*([0-9]{1,12}(\\.[0-9]{1,6})?|(${PART}){1,6})\\s*$`,
        },
      ],
    },
  };
}

/** An object of the language: closed but for free keys, its members open for references. */
function object(schema: z.ZodObject): JsonObject {
  const made = toJson(schema);
  return opened(made, { isTop: true });
}

function oneItem(schema: z.ZodType, description: string): JsonObject {
  return described(opened(toJson(schema), { isTop: false }), description);
}

function toJson(schema: z.ZodType): JsonObject {
  const made = z.toJSONSchema(schema, { target: 'draft-7', unrepresentable: 'any', io: 'input' });
  // SAFETY: a JSON Schema is plain JSON; a copy leaves behind what zod attaches to it.
  const { $schema: _, ...rest } = JSON.parse(JSON.stringify(made)) as JsonObject;
  return rest;
}

/** A key with nothing behind it counts as not given, at the top of a map that a person writes. */
function opened(schema: JsonObject, { isTop }: { readonly isTop: boolean }): JsonObject {
  const { form, maximum, ...rest } = schema;
  if (typeof form === 'string') return durationOf(schema, form);
  const own: JsonObject = {
    ...rest,
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    ...(isJsonArray(rest['anyOf']) && { anyOf: rest['anyOf'].map(openedPart) }),
    ...(isJsonObject(rest['items']) && { items: either(openedPart(rest['items'])) }),
  };
  if (rest['type'] !== 'object' || !isJsonObject(rest['properties'])) return own;
  const required = isJsonArray(rest['required']) ? rest['required'] : [];
  const members = Object.entries(rest['properties']).map(([key, member]) => {
    const isOptional = isTop && !required.includes(key);
    return [key, either(openedPart(member), { isOptional })] as const;
  });
  const { description } = rest;
  const shut = closed(Object.fromEntries(members), required);
  return description === undefined ? shut : { description, ...shut };
}

function openedPart(part: JsonValue): JsonObject {
  return isJsonObject(part) ? opened(part, { isTop: false }) : {};
}

function durationOf({ description }: JsonObject, form: string): JsonObject {
  const zero = form === 'positive_duration' ? { not: { const: 0 } } : {};
  return { ...(description !== undefined && { description }), allOf: [refTo('duration'), zero] };
}

function closed(properties: JsonObject, required: readonly JsonValue[]): JsonObject {
  return {
    type: 'object',
    properties: {
      ...properties,
      $schema: refTo('schema_address'),
      '<<': refTo('merge'),
    },
    patternProperties: { '^x-': refTo('free') },
    additionalProperties: false,
    // What `<<` brings may hold them.
    if: { required: ['<<'] },
    else: { required },
  };
}

/** Any member may be a reference; a text may already be one. */
function either(member: JsonObject, { isOptional = false } = {}): JsonObject {
  const { description, ...rest } = member;
  const types = isJsonArray(rest['type']) ? rest['type'] : [rest['type']];
  const isAnything = Object.keys(rest).length === 0;
  const isAnyText =
    types.includes('string') &&
    !['pattern', 'enum', 'const'].some((key) => Object.hasOwn(rest, key));
  const choices = [rest, ...(isAnyText ? [] : [REFERENCE]), ...(isOptional ? [NOTHING] : [])];
  if (isAnything || choices.length === 1) return member;
  const flat = choices.flatMap((choice) =>
    isJsonArray(choice['anyOf']) && Object.keys(choice).length === 1 ? choice['anyOf'] : [choice],
  );
  return { ...(description !== undefined && { description }), anyOf: flat };
}

/** The same object with better members than the schema could tell; descriptions stay. */
function withProperties(schema: JsonObject, better: JsonObject): JsonObject {
  const properties = propertiesOf(schema);
  const changed = Object.entries(better).map(([key, member]) => {
    const before = properties[key];
    const description = isJsonObject(before) ? before['description'] : undefined;
    const isShared = isJsonObject(member) && isKeyReference(member);
    const isRequired = requiredOf(schema).includes(key);
    if (isShared || !isJsonObject(member)) return [key, member] as const;
    const open = either(member, { isOptional: !isRequired });
    return [key, { ...(description !== undefined && { description }), ...open }] as const;
  });
  return { ...schema, properties: { ...properties, ...Object.fromEntries(changed) } };
}

function isKeyReference({ $ref }: JsonObject): boolean {
  return typeof $ref === 'string' && $ref.startsWith(`${DEFINITIONS}key_`);
}

function requiredOf(schema: JsonObject): readonly JsonValue[] {
  const required = ownProperty(ownObject(schema, 'else'), 'required');
  return isJsonArray(required) ? required : [];
}

function listOf(name: string, bounds: JsonObject): JsonObject {
  return { type: 'array', ...bounds, items: either(refTo(name)) };
}

function propertiesOf(schema: JsonObject): JsonObject {
  return ownObject(schema, 'properties');
}

function ownObject(of: JsonObject, key: string): JsonObject {
  const value = ownProperty(of, key);
  return isJsonObject(value) ? value : {};
}

function described(schema: JsonObject, description: string): JsonObject {
  return { description, ...schema };
}

function refTo(name: string): JsonObject {
  return { $ref: `${DEFINITIONS}${name}` };
}
