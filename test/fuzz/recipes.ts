/** Recipes from a grammar: nodes of every type, edges, references, templates; mostly sound. */
import { INPUT_TYPES } from '../../src/core/recipe/plan.ts';
import type { InputType } from '../../src/core/recipe/plan.ts';
import { pattern } from './expressions.ts';
import { node } from './nodes.ts';
import type { Random } from './random.ts';
import {
  alias,
  anchored,
  condition,
  duration,
  given,
  isFaulty,
  model,
  number,
  retry,
  schema,
  text,
  value,
} from './recipe-values.ts';
import type { Cast, Mood } from './recipe-values.ts';
import { mapOf } from './trees.ts';
import type { MapTree, Tree } from './trees.ts';
import { LANGUAGE_NAMES, REACHING, oddText } from './words.ts';

export const FILES = [
  'lib.yaml',
  'prompts.yaml',
  'nested/deep.yaml',
  'sub.yaml',
  'no.yaml',
  '../up.yaml',
];

export function recipe(random: Random, isSound: boolean): MapTree {
  const mood = { random, isSound };
  const ids = names(mood, 'abcdefgh', random.between(1, isFaulty(mood, 0.05) ? 30 : 5));
  const inputs = names(mood, 'pqrst', random.below(4));
  const definitions = names(mood, 'uvwxyz', random.below(4));
  return document(castOf({ random, isSound, ids, inputs, definitions, anchors: [] }, ids));
}

/** With the names that can be read where the nodes `before` have run. */
function castOf(parts: Omit<Cast, 'grammar'>, before: readonly string[]): Cast {
  const { random, isSound, inputs, definitions } = parts;
  const odd = isSound ? [] : [...LANGUAGE_NAMES.slice(0, 10), 'missing'];
  const variables = [...before, ...inputs, ...definitions, ...odd];
  const names = { variables, members: [...before, 'name', 'items', '0', 'approved'] };
  return {
    ...parts,
    grammar: {
      random,
      names: { ...names, variables: variables.length === 0 ? ['run'] : variables },
    },
  };
}

function names(mood: Mood, letters: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const letter = letters[index % letters.length]!;
    return isFaulty(mood, 0.06)
      ? mood.random.pick([...REACHING, ...LANGUAGE_NAMES])
      : `${letter}${index}`;
  });
}

function document(cast: Cast): MapTree {
  const { random } = cast;
  const around = mapOf({
    $schema: random.chance(0.05) ? 'https://x.test/s.json' : undefined,
    imports: random.chance(0.3) ? imports(cast) : undefined,
    definitions: cast.definitions.length > 0 ? definitionsOf(cast) : undefined,
    models: random.chance(0.2)
      ? mapOf({ fast: anchored(cast, model(cast)), slow: alias(cast) })
      : undefined,
    'x-note': random.chance(0.05) ? value(cast, 2) : undefined,
  });
  const body = recipeBody(cast);
  if (random.chance(0.3)) return { type: 'map', pairs: [...around.pairs, ...body.pairs] };
  const misplaced = isFaulty(cast, 0.1) ? mapOf({ edges: edges(cast) }).pairs : [];
  return { type: 'map', pairs: [...around.pairs, ['recipe', body], ...misplaced] };
}

function recipeBody(cast: Cast): MapTree {
  const { random } = cast;
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  return mapOf({
    name: isFaulty(cast, 0.2) ? oddText(random) : 'r',
    version: maybe(0.2, () => random.pick([1, '1.10', 1.1, 'x'])),
    description: maybe(0.1, () => oddText(random)),
    user_inputs: maybe(cast.isSound ? 1 : 0.8, () => cast.inputs.map((id) => inputSpec(cast, id))),
    defaults: maybe(0.1, () =>
      mapOf({ timeout: duration(cast), retry: retry(cast), max_visits: 3 }),
    ),
    limits: maybe(0.1, () =>
      mapOf({ max_steps: number(cast), timeout: duration(cast), max_cost_usd: number(cast) }),
    ),
    concurrency: maybe(0.1, () =>
      mapOf({
        limit: 2,
        key: text(cast),
        on_limit: random.pick(['queue', cast.isSound ? 'reject' : 'x']),
      }),
    ),
    on_failure: maybe(0.05, () =>
      random.pick<Tree>(['fail.yaml', mapOf({ webhook: 'https://x.test' })]),
    ),
    model_config: maybe(0.2, () => model(cast)),
    nodes: nodes(cast),
    edges: maybe(0.7, () => edges(cast)),
    final_outputs: maybe(0.5, () => random.some(4, () => finalOutput(cast))),
    strict: maybe(0.1, () => random.chance(0.8)),
  });
}

/** In a sound recipe each node reads only what stands before it. */
function nodes(cast: Cast): Tree {
  return cast.ids.map((id, index) => {
    const view = cast.isSound ? castOf(cast, cast.ids.slice(0, index)) : cast;
    return anchored(cast, node(view, id, 2), 0.05);
  });
}

function imports(cast: Cast): Tree {
  const { random, isSound } = cast;
  return random.some(4, () => {
    const path = random.pick(isSound ? FILES.slice(0, 3) : FILES);
    return random.chance(0.6)
      ? path
      : mapOf({ path, namespace: random.pick(['ns', 'lib', null, isSound ? 'other' : '1x']) });
  });
}

function definitionsOf(cast: Cast): MapTree {
  const view = cast.isSound ? castOf({ ...cast, definitions: [], inputs: [] }, []) : cast;
  return mapOf(
    Object.fromEntries(cast.definitions.map((name) => [name, anchored(cast, value(view, 2))])),
  );
}

const DEFAULTS: Readonly<Record<InputType, Tree>> = {
  string: 'text',
  text: 'a long text',
  int: 3,
  float: '2.5',
  bool: 'yes',
  file: 'file_1',
  literal: 'b',
  json: [1, null],
};

function inputSpec(cast: Cast, id: string): Tree {
  const { random, isSound } = cast;
  const type = random.pick(INPUT_TYPES);
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  const isText = type === 'string' || type === 'text';
  const isBounded = !isSound || isText || type === 'int' || type === 'float';
  const choices = (): Tree => ['a', 'b', 3, true, ...random.some(3, () => given(cast))];
  const isLiteral = type === 'literal' ? !isFaulty(cast, 0.05) : isFaulty(cast, 0.02);
  return mapOf({
    id,
    type,
    label: maybe(0.2, () => oddText(random)),
    description: maybe(0.1, () => 'about'),
    default: maybe(0.4, () => (isSound ? DEFAULTS[type] : given(cast))),
    required: maybe(0.3, () => random.chance(0.5)),
    literal_values: isLiteral ? choices() : undefined,
    min: isBounded ? maybe(0.2, () => (isSound ? 1 : number(cast))) : undefined,
    max: isBounded ? maybe(0.2, () => (isSound ? 100 : number(cast))) : undefined,
    pattern: isText || !isSound ? maybe(0.2, () => (isSound ? '.' : pattern(random))) : undefined,
    schema: isSound ? undefined : maybe(0.2, () => schema(cast, 2)),
  });
}

function finalOutput(cast: Cast): Tree {
  const { random, ids } = cast;
  const odd = isFaulty(cast, 0.2) ? [...REACHING, 'x'] : [];
  const id = random.pick([...ids, `${ids[0]}.name`, `${ids[0]}[0]`, ...odd]);
  if (random.chance(0.5)) return id;
  const isConditional = random.chance(0.4);
  return mapOf({
    id,
    value: value(cast, 1),
    condition: isConditional ? condition(cast) : undefined,
  });
}

function edges(cast: Cast): Tree {
  const { random, ids, isSound } = cast;
  if (isSound) return soundEdges(cast);
  if (random.chance(0.1)) return 'auto';
  const end = (): string =>
    random.chance(0.9) ? random.pick(ids) : random.pick(['START', 'END', 'nosuch', '']);
  const ends = (): Tree => (random.chance(0.8) ? end() : random.some(4, end));
  return Array.from({ length: random.between(0, ids.length + 3) }, (): Tree => {
    const isConditional = random.chance(0.3);
    if (random.chance(0.7))
      return `${end()} to ${end()}${isConditional ? ` if ${condition(cast)}` : ''}`;
    return mapOf({
      from: ends(),
      to: ends(),
      condition: isConditional ? condition(cast) : undefined,
    });
  });
}

/** A chain, and edges beside it; those back have a condition. */
function soundEdges(cast: Cast): Tree {
  const { random, ids } = cast;
  const chain = ids.map((id, index) =>
    index === 0 ? `START to ${id}` : `${ids[index - 1]} to ${id}`,
  );
  const more = random.some(5, (): Tree => {
    const [from, to] = [random.below(ids.length), random.below(ids.length)];
    const view = castOf(cast, ids.slice(0, from + 1));
    const isConditional = from >= to || random.chance(0.4);
    const [source, target] = [ids[from]!, ids[to]!];
    if (random.chance(0.5))
      return `${source} to ${target}${isConditional ? ` if ${condition(view)}` : ''}`;
    return mapOf({
      from: source,
      to: random.chance(0.5) ? target : [target, 'END'],
      condition: isConditional ? condition(view) : undefined,
    });
  });
  return [...chain, ...more];
}
