/** What stands in the fields of recipes: values, templates, references, schemas. */
import { expression, pattern } from './expressions.ts';
import type { Grammar } from './expressions.ts';
import { choose } from './random.ts';
import type { Random } from './random.ts';
import { parseExpression, parseTemplate } from '../../src/core/template/template.ts';
import { variablesRead } from '../../src/core/template/variables.ts';
import { template } from './templates.ts';
import { mapOf, marked, raw } from './trees.ts';
import type { MapTree, Tree } from './trees.ts';
import { NUMBERS, REACHING, oddText } from './words.ts';

export interface Mood {
  readonly random: Random;
  /** Nothing is written that is known to be refused. */
  readonly isSound: boolean;
}

/** What the parts of one recipe know of each other. */
export interface Cast extends Mood {
  readonly ids: readonly string[];
  readonly inputs: readonly string[];
  readonly definitions: readonly string[];
  readonly anchors: string[];
  readonly grammar: Grammar;
}

const DURATIONS: readonly Tree[] = [1, 30, 0.5, '30s', '5m', '1h30m', '500ms', '2d'];
const NO_DURATIONS: readonly Tree[] = [0, 'soon', -1, '400d', '{{ n }}', ''];

/** Something wrong, in recipes that need not be sound. */
export function isFaulty({ random, isSound }: Mood, share: number): boolean {
  return !isSound && random.chance(share);
}

/** Sometimes under an anchor, for aliases after it. */
export function anchored(cast: Cast, tree: Tree, share = 0.2): Tree {
  if (!cast.random.chance(share)) return tree;
  const anchor = cast.random.pick(['a1', 'a2', 'base']);
  cast.anchors.push(anchor);
  return marked(`&${anchor}`, tree);
}

export function alias(cast: Cast): Tree {
  return cast.anchors.length > 0 ? raw(`*${cast.random.pick(cast.anchors)}`) : 'x';
}

/** A value that a person may type or send. */
export function given(mood: Mood): Tree {
  const { random } = mood;
  return choose<Tree>(random, [
    [3, () => random.pick(['a', 'b', 'yes', '3', '2.5', ' 7 ', ''])],
    [2, () => number(mood)],
    [1, () => random.chance(0.5)],
    [1, () => null],
    [1, () => oddText(random)],
    [1, () => random.some(3, () => given(mood))],
    [1, () => mapOf({ a: given(mood), [reaching(mood)]: given(mood) })],
  ]);
}

export function number({ random, isSound }: Mood): number {
  if (isSound) return random.between(1, 20);
  return random.chance(0.7) ? random.between(-2, 20) : random.pick(NUMBERS);
}

/** The one name of these that YAML keys must not have is left out of sound recipes. */
export function reaching({ random, isSound }: Mood): string {
  return random.pick(isSound ? REACHING.slice(1) : REACHING);
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'];

export function schema(mood: Mood, depth: number): Tree {
  const { random } = mood;
  const inner = (): Tree => (depth > 0 ? schema(mood, depth - 1) : random.chance(0.5));
  const name = (): string => (random.chance(0.8) ? random.pick(['a', 'b', 'c']) : reaching(mood));
  const type = (): string => (isFaulty(mood, 0.1) ? 'x' : random.pick(TYPES));
  const expressions = (): string => (mood.isSound ? '^a+$' : pattern(random));
  const words = (): Tree =>
    mapOf({
      [random.pick(['not', 'if', 'contains', 'additionalProperties', 'propertyNames'])]: inner(),
    });
  const list = (): Tree =>
    mapOf({ type: 'array', items: inner(), minItems: number(mood), uniqueItems: true });
  const object = (): Tree =>
    mapOf({
      type: 'object',
      properties: mapOf({ [name()]: inner(), [name()]: inner() }),
      required: [name()],
    });
  const pointing = (): Tree =>
    mapOf({
      $ref: random.pick(['#', '#/definitions/a', '#/x', 'https://x.test/s']),
      definitions: mapOf({ a: inner() }),
    });
  return choose<Tree>(random, [
    [4, () => mapOf({ type: type() })],
    [3, object],
    [2, list],
    [1, () => mapOf({ enum: [1, 'a', null] })],
    [1, () => mapOf({ [random.pick(['allOf', 'anyOf', 'oneOf'])]: [inner(), inner()] })],
    [1, words],
    [1, () => mapOf({ pattern: expressions(), format: random.pick(['date', 'email', 'x']) })],
    [1, () => mapOf({ patternProperties: mapOf({ [expressions()]: inner() }) })],
    [mood.isSound ? 0 : 1, pointing],
    [1, () => mapOf({ type: ['string', 'null'], minLength: 1, maximum: number(mood) })],
    [mood.isSound ? 0 : 0.5, () => random.pick<Tree>([true, false, null, 1, 'x', []])],
  ]);
}

export function duration(mood: Mood): Tree {
  return mood.random.pick(isFaulty(mood, 0.3) ? NO_DURATIONS : DURATIONS);
}

export function retry(mood: Mood): Tree {
  return mapOf({
    max_attempts: number(mood),
    initial_delay: duration(mood),
    backoff: number(mood),
    jitter: 0.5,
  });
}

export function model(cast: Cast): Tree {
  const { random } = cast;
  return random.pick<() => Tree>([
    () => 'mock/digest',
    () => (cast.isSound ? 'mock/echo' : '@models.fast'),
    () => mapOf({ provider: 'mock', model: 'digest', temperature: number(cast) }),
    () => ['mock/digest', mapOf({ model: text(cast) })],
    () => text(cast),
    () => value(cast, 1),
  ])();
}

/** An expression; in a sound recipe one that can be parsed and reads only what is there. */
export function readable({ random, isSound, grammar }: Cast, depth: number): string {
  for (let tries = 0; isSound && tries < 4; tries += 1) {
    const source = expression(grammar, depth);
    if (readsOnly(source, parseExpression(source), grammar)) return source;
  }
  return isSound ? random.pick([...grammar.names.variables, '1']) : expression(grammar, depth);
}

function readableTemplate({ random, isSound, grammar }: Cast): string {
  for (let tries = 0; isSound && tries < 4; tries += 1) {
    const source = template(random, grammar.names);
    if (!source.includes('include') && readsOnly(source, parseTemplate(source), grammar))
      return source;
  }
  return isSound ? 'plain' : template(random, grammar.names);
}

function readsOnly(
  source: string,
  parsed: ReturnType<typeof parseTemplate>,
  { names }: Grammar,
): boolean {
  if (!parsed.ok || source.includes('@')) return false;
  return variablesRead(parsed.value).every(({ path: [root] }) =>
    names.variables.includes(String(root)),
  );
}

/** A resolvable value. */
export function value(cast: Cast, depth: number): Tree {
  const { random, grammar } = cast;
  return choose<Tree>(random, [
    [4, () => text(cast)],
    [2, () => `{{ ${readable(cast, 1)} }}`],
    [2, () => random.pick([...grammar.names.variables, 'x'])],
    [2, () => reference(cast)],
    [1, () => number(cast)],
    [1, () => given(cast)],
    [0.5, () => alias(cast)],
    [depth > 0 ? 2 : 0, () => random.some(4, () => value(cast, depth - 1))],
    [depth > 0 ? 2 : 0, () => valueMap(cast, depth - 1)],
  ]);
}

export function valueMap(cast: Cast, depth: number): MapTree {
  const { random } = cast;
  const odd = isFaulty(cast, 0.1) ? REACHING : [];
  const keys = ['text', 'n', 'item', ...cast.ids, ...cast.inputs, ...odd];
  const tree = mapOf(
    Object.fromEntries(random.some(4, () => [random.pick(keys), value(cast, depth)])),
  );
  if (isFaulty(cast, 0.15))
    tree.pairs.push(['<<', random.chance(0.5) ? alias(cast) : reference(cast)]);
  return tree;
}

export function text(cast: Cast): string {
  const { random, grammar, definitions, isSound } = cast;
  const { variables } = grammar.names;
  if (isSound) {
    const known = definitions.length === 0 ? 'all' : `@${random.pick(definitions)}`;
    const read = variables.length === 0 ? 'it' : `{{ ${random.pick(variables)} }}`;
    return random.chance(0.5) ? `Write about ${read} for ${known}.` : readableTemplate(cast);
  }
  const name = random.pick([...definitions, 'lib', 'x']);
  const prompts = ['summary.jinja', 'a.jinja', 'no.jinja', "{% include 'a.jinja' %}"];
  return choose(random, [
    [3, () => `Write about {{ ${random.pick(variables)} }} for @${name}.`],
    [3, () => readableTemplate(cast)],
    [1, () => random.pick(prompts)],
    [1, () => oddText(random)],
    [1, () => reference(cast)],
  ]);
}

function reference({ random, definitions, isSound, grammar }: Cast): string {
  if (isSound) return definitions.length === 0 ? 'plain' : `@${random.pick(definitions)}`;
  const name = random.pick([...definitions, 'lib', 'ns', 'models', 'prompts', 'missing']);
  const steps = random.some(3, () => random.pick(['a', 'b', 'tone', 'fast', 'x']));
  const path = [name, ...steps].join('.');
  return random.pick([
    () => `@${path}`,
    () => `@reference:${path}`,
    () => `@reference(${path})`,
    () => `@${path}[${random.pick(['0', '-1', '1:2', ':', '99', 'x'])}]`,
    () => `@${name}.{{ ${expression(grammar, 0)} }}.a`,
    () => `me@${path} and @@ and @${path}.`,
  ])();
}

export function condition(cast: Cast): string {
  const inside = readable(cast, cast.random.between(0, 2));
  return cast.random.chance(0.7) ? inside : `{{ ${inside} }}`;
}
