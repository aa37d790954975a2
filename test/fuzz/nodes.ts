/** Nodes of every type, with everything they may hold. */
import { choose } from './random.ts';
import {
  condition,
  duration,
  given,
  isFaulty,
  model,
  number,
  readable,
  retry,
  schema,
  text,
  value,
  valueMap,
} from './recipe-values.ts';
import type { Cast } from './recipe-values.ts';
import { mapOf } from './trees.ts';
import type { Fields, Tree } from './trees.ts';
import { oddText } from './words.ts';

const FUNCTIONS = ['text-tools.word_count', 'p.f', 'p.f@^1.0.0', 'bare', 'json-tools.merge'];
const RECIPES = ['sub.yaml', 'recipes/sub.yaml', 'main.yaml', 'no.yaml', '{{ p }}'];

function functionName(cast: Cast): string {
  return cast.random.pick(isFaulty(cast, 0.2) ? ['p.nosuch', '{{ which }}', ''] : FUNCTIONS);
}

/** A node; without an id, the task of a map. */
export function node(cast: Cast, id: string | undefined, depth: number): Tree {
  const { random } = cast;
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  const common: Fields = {
    id,
    description: maybe(0.05, () => oddText(random)),
    input: maybe(0.5, () => (random.chance(0.8) ? valueMap(cast, 1) : value(cast, 1))),
    output: maybe(0.1, () =>
      random.pick(cast.isSound ? [`${id}_out`] : [...cast.ids, 'out', 'bad name']),
    ),
    timeout: maybe(0.1, () => duration(cast)),
    retry: maybe(0.1, () => retry(cast)),
    on_error: maybe(0.1, () =>
      random.pick(cast.isSound ? ['halt', 'continue'] : ['skip', 'drop', 'x']),
    ),
    cache: maybe(0.1, () =>
      random.pick<Tree>(['5m', mapOf({ ttl: duration(cast), key: text(cast) })]),
    ),
    rate_limit: maybe(0.05, () => mapOf({ limit: number(cast), window: duration(cast) })),
    when: maybe(0.1, () => condition(cast)),
    max_visits: maybe(0.05, () => number(cast)),
    compensate: maybe(0.05, () => mapOf({ function_identifier: 'p.f', input: value(cast, 1) })),
  };
  const [type, own] = kindOf(cast, depth);
  return mapOf({ ...common, type, ...own });
}

type Kind = readonly [type: string, own: Fields];

function kindOf(cast: Cast, depth: number): Kind {
  const { random } = cast;
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  return choose<Kind>(random, [
    [4, () => ['function_task', { function_identifier: functionName(cast) }]],
    [
      4,
      () => [
        'language_task',
        {
          prompt: text(cast),
          system: maybe(0.1, () => text(cast)),
          model: maybe(0.3, () => model(cast)),
          response_schema: maybe(0.2, () => schema(cast, 2)),
          messages: maybe(0.1, () => [mapOf({ role: 'user', content: text(cast) })]),
          tools: maybe(0.05, () => ['p.f']),
          examples: maybe(0.1, () => given(cast)),
        },
      ],
    ],
    [
      depth > 0 ? 3 : 0,
      () => [
        'map',
        {
          over: random.pick<() => Tree>([
            () => `{{ ${readable(cast, 1)} }}`,
            () => value(cast, 1),
            () => [1, 2],
            () => mapOf({ file: text(cast), chunk: mapOf({ lines: 10 }) }),
          ])(),
          task: node(cast, undefined, depth - 1),
          collect: maybe(0.2, () => random.pick(['values', 'records'])),
          max_concurrency: maybe(0.2, () => number(cast)),
          batch_size: maybe(0.1, () => number(cast)),
        },
      ],
    ],
    [1, () => ['reduce', { over: value(cast, 1), function_identifier: functionName(cast) }]],
    [
      1,
      () => [
        'recipe',
        {
          recipe_path: random.pick(cast.isSound ? RECIPES.slice(0, 2) : RECIPES),
          input_mapping: maybe(0.6, () =>
            cast.isSound ? mapOf({ n: value(cast, 1) }) : valueMap(cast, 1),
          ),
          output_mapping: maybe(0.4, () => valueMap(cast, 0)),
        },
      ],
    ],
    [
      1,
      () => [
        'hitl',
        {
          title: maybe(0.5, () => text(cast)),
          form: maybe(0.4, () => schema(cast, 2)),
          required_fields: maybe(0.2, () => ['a', 'b']),
          default_action: maybe(0.3, () => random.pick(['approve', 'fail'])),
          groups: maybe(0.1, () => ['g']),
        },
      ],
    ],
    [
      1,
      () => [
        'http_task',
        {
          url: cast.isSound
            ? 'https://x.test/a'
            : random.pick(['https://x.test/{{ p0 }}', 'ftp://x', text(cast)]),
          method: maybe(0.4, () => random.pick(cast.isSound ? ['POST'] : ['get', 'X'])),
          headers: maybe(0.3, () => valueMap(cast, 0)),
          body: maybe(0.3, () => value(cast, 1)),
          expect: maybe(0.3, () =>
            mapOf({
              status: random.pick<Tree>([200, [200, 404], cast.isSound ? 204 : '2xx']),
              schema: schema(cast, 1),
            }),
          ),
        },
      ],
    ],
    [
      1,
      () => [
        'wait',
        random.pick<() => Fields>([
          () => ({ for: duration(cast) }),
          () => ({ until: text(cast) }),
          () => ({ event: 'e' }),
        ])(),
      ],
    ],
    [
      0.5,
      () => [
        random.pick(['text_to_speech_task', 'speech_to_text_task']),
        { voice: value(cast, 0), language: value(cast, 0) },
      ],
    ],
    [cast.isSound ? 0 : 0.2, () => [random.pick(['nosuch', 'function', 'language-task', '']), {}]],
  ]);
}
