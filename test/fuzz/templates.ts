/** Templates from a grammar of Jinja's tags, and templates written to escape or to grow. */
import { expression, quoted } from './expressions.ts';
import type { Grammar, Names } from './expressions.ts';
import { choose } from './random.ts';
import type { Random } from './random.ts';
import { REACHING, oddText } from './words.ts';

export function template(random: Random, names: Names): string {
  return statements({ random, names }, random.between(1, 3));
}

function statements(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const count = 1 + Math.floor(random.next() * random.next() * 5);
  return Array.from({ length: count }, () => statement(grammar, depth)).join('');
}

function statement(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const value = (): string => expression(grammar, random.between(1, 2));
  const body = (extra: readonly string[] = []): string => {
    const variables = [...grammar.names.variables, ...extra, ...extra];
    return statements({ random, names: { ...grammar.names, variables } }, depth - 1);
  };
  const flat = (): string => (random.chance(0.7) ? output(random, value()) : plainText(random));
  if (depth <= 0) return flat();
  return choose(random, [
    [6, flat],
    [
      3,
      () =>
        `${tag(random, `if ${value()}`)}${body()}${random.chance(0.4) ? tag(random, `elif ${value()}`) + body() : ''}${random.chance(0.5) ? tag(random, 'else') + body() : ''}${tag(random, 'endif')}`,
    ],
    [4, () => loop(grammar, value(), body)],
    [
      2,
      () =>
        `${tag(random, `set ${random.pick(['x', 'y', 'x, y', 'ns.a', 'list', '(x, y)'])} = ${value()}`)}${body(['x', 'y'])}`,
    ],
    [
      1,
      () =>
        `${tag(random, `set ns = namespace(a=${value()}, l=[])`)}${body(['ns'])}${output(random, 'ns.a')}`,
    ],
    [
      1,
      () =>
        `${tag(random, `set x${random.chance(0.5) ? ' | upper' : ''}`)}${body()}${tag(random, 'endset')}${body(['x'])}`,
    ],
    [2, () => macro(grammar, body)],
    [1, () => `${tag(random, 'filter upper')}${body()}${tag(random, 'endfilter')}`],
    [
      1,
      () =>
        `${tag(random, `with x = ${value()}, y = ${value()}`)}${body(['x', 'y'])}${tag(random, 'endwith')}`,
    ],
    [1, () => `${tag(random, 'raw')}${plainText(random)}{{ x }}${tag(random, 'endraw')}`],
    [
      1,
      () =>
        tag(
          random,
          `include ${random.chance(0.7) ? quoted(random, random.pick(['a.jinja', 'b.jinja', 'no.jinja'])) : value()}${random.pick(['', ' ignore missing', ' without context'])}`,
        ),
    ],
    [1, () => tag(random, `do ${value()}`)],
    [1, () => `{#${random.pick(['', '-', ' x '])}#}`],
    [
      0.3,
      () =>
        tag(
          random,
          random.pick([
            'break',
            'continue',
            'endif',
            'else',
            'block x',
            'extends "a"',
            'import "a" as b',
          ]),
        ),
    ],
  ]);
}

type MakeBody = (extra?: readonly string[]) => string;

function loop({ random }: Grammar, over: string, body: MakeBody): string {
  const target = random.pick(['x', 'k, v', 'x, y', 'item', '(a, b)', 'loop']);
  const recursive = random.chance(0.15);
  const inside = body(['x', 'k', 'v', 'item', 'loop', 'loop.index', 'loop.last', 'loop.previtem']);
  const again = recursive
    ? output(random, `loop(${random.pick(['[x]', 'x', 'list', '[[1]]'])})`)
    : '';
  const until = random.chance(0.2)
    ? ` if ${random.pick(['x', 'loop.index', 'v is defined', 'x > 1'])}`
    : '';
  const otherwise = random.chance(0.2) ? tag(random, 'else') + body() : '';
  return `${tag(random, `for ${target} in ${over}${until}${recursive ? ' recursive' : ''}`)}${inside}${again}${otherwise}${tag(random, 'endfor')}`;
}

function macro({ random }: Grammar, body: MakeBody): string {
  const inside = body(['p', 'q', 'varargs', 'kwargs', 'caller']);
  const isRecursive = random.chance(0.2);
  const use = random.chance(0.3)
    ? `${tag(random, 'call m(1)')}${body()}${tag(random, 'endcall')}`
    : output(
        random,
        `m(${random.pick(['', '1', 'list', 'q=2', '1, 2, 3', '*list', '**map', 'm'])})`,
      );
  return `${tag(random, `macro m(p${random.chance(0.5) ? ', q=1' : ''})`)}${inside}${isRecursive ? output(random, 'm(p)') : ''}${tag(random, 'endmacro')}${use}`;
}

function output(random: Random, value: string): string {
  const [open, close] = random.pick([
    ['{{ ', ' }}'],
    ['{{', '}}'],
    ['{{- ', ' -}}'],
    ['{{+ ', ' }}'],
  ] as const);
  return open + value + close;
}

function tag(random: Random, inside: string): string {
  const [open, close] = random.pick([
    ['{% ', ' %}'],
    ['{% ', ' %}'],
    ['{%- ', ' -%}'],
    ['{%+ ', ' +%}'],
    ['{%', '%}'],
  ] as const);
  return open + inside + close;
}

function plainText(random: Random): string {
  return random.chance(0.6)
    ? random.pick(['text ', '\n', '  \n  ', 'a\r\nb', '}}', '%}', '{', '{ {'])
    : oddText(random);
}

const BASES = [
  'name',
  "''",
  '[]',
  '{}',
  '1',
  'map',
  'range',
  'loop',
  'cycler',
  'cycler(1)',
  "joiner(',')",
  'namespace()',
  'dict()',
  'm',
  'self',
  'people[0]',
  'none',
  'true',
  'list.append',
  '"a".upper',
  '[1]|map',
  'caller',
  'varargs',
  'hostile',
  'hostile.items',
  'x',
] as const;
const CODE = [
  "'return process'()",
  "('return 1')()",
  '()',
  '(name)',
  '[0]',
  '.call(1)',
  '.apply(none, [])',
  '.bind()',
  "['constructor']",
  '.prototype',
  '.__proto__',
] as const;

/** Ways to a prototype, a constructor or a function of the platform. */
export function escapeAttempt(random: Random): string {
  const step = (): string => {
    const name = random.pick(REACHING);
    const half = random.below(name.length);
    return random.pick([
      `.${name}`,
      `['${name}']`,
      `['${name.slice(0, half)}' ~ '${name.slice(half)}']`,
      `|attr('${name}')`,
      `|map(attribute='${name}')|list`,
      `|map('attr', '${name}')|first`,
      `|selectattr('${name}')|list`,
      `|groupby('${name}')`,
      `|sum(attribute='${name}')`,
      `.get('${name}')`,
      `.format(${name})`,
      `|dictsort|first`,
      `.items()|list`,
      `|tojson|fromjson`,
    ]);
  };
  const chain =
    random.pick(BASES) +
    random.some(5, step).join('') +
    (random.chance(0.4) ? random.pick(CODE) : '');
  const name = random.pick(REACHING);
  return random.pick([
    `{{ ${chain} }}`,
    `{% set x = ${chain} %}{{ x }}`,
    `{% set ${name} = ${chain} %}{{ ${name} }}`,
    `{% set ns = namespace(${name}=${chain}) %}{% set ns.${name} = 1 %}{{ ns.${name} }}`,
    `{{ dict(${name}=${chain}) }}`,
    `{{ {'${name}': ${chain}} }}`,
    `{% set d = {} %}{% do d.update({'${name}': ${chain}}) %}{% do d.setdefault('${name}', 1) %}{{ d }}`,
    `{% macro m(${name}=1) %}{{ ${name} }}{{ kwargs }}{{ varargs }}{% endmacro %}{{ m(${name}=${chain}) }}{{ m.${name} }}`,
    `{% for x in [${chain}] %}{{ x.${name} }}{{ loop.${name} }}{{ loop['${name}'] }}{% endfor %}`,
    `{{ '%(${name})s' % {'${name}': ${chain}} }}`,
    `{{ '{0.${name}}'.format(${chain}) }}`,
    `{{ '{${name}}'.format(${name}=${chain}) }}`,
    `{{ [{'${name}': ${chain}}]|map(attribute='${name}')|list }}`,
    `{{ '{"${name}": {"x": 1}}'|fromjson }}`,
    `{{ [[1, ${chain}]]|map('last')|list }}`,
    `{{ ${chain} is ${name} }}`,
    `{{ ${chain}|${name} }}`,
  ]);
}

const HUGE = [
  '10**9',
  '99999',
  '100000',
  '2**31',
  '2**53',
  '1e300',
  '-(10**9)',
  '65536',
  '1000',
] as const;

/** Texts, lists and rounds that would grow without end. */
export function growth(random: Random): string {
  const n = random.pick(HUGE);
  const unit = random.pick([
    "'a'",
    '[1]',
    '[[]]',
    'name',
    'words',
    "'ﷺ'",
    '{}',
    "''",
    'long',
    'many',
  ]);
  const double = random.pick([
    'ns.v ~ ns.v',
    'ns.v + ns.v',
    '[ns.v, ns.v]',
    '[ns.v, ns.v]|join',
    "ns.v|replace('a', 'aa')",
    "'%s%s' % [ns.v, ns.v]",
    "'{0}{0}'.format(ns.v)",
    'ns.v|join(ns.v)',
    'ns.v|indent(9)',
    'ns.v|tojson',
    'ns.v|e',
    'ns.v|urlencode',
    'ns.v|b64encode',
    "ns.v|regex_replace('', 'ab')",
    '{1: ns.v, 2: ns.v}',
    'dict(a=ns.v, b=ns.v)',
    'ns.v|list',
    'ns.v|batch(1)|list',
    'ns.v * 2',
  ]);
  return random.pick([
    `{{ ${unit} * ${n} }}`,
    `{{ range(${n})|list|length }}`,
    `{% for i in range(${n}) %}{% for j in range(${n}) %}{{ ${unit} }}{% endfor %}{% endfor %}`,
    `{{ ${unit}|center(${n}) }}`,
    `{{ (${unit}|string).${random.pick(['zfill', 'ljust', 'rjust', 'center'])}(${n}) }}`,
    `{{ ${unit}|indent(${n}) }}`,
    `{{ ${unit}|tojson(indent=${n}) }}`,
    `{{ ${unit}|${random.pick(['batch', 'slice'])}(${n}, ${unit}) }}`,
    `{{ '%${random.pick(['999999', '1000000', '99999999', '0999999'])}${random.pick(['s', 'd', '.999f', 'x', 'e', 'g'])}' % ${random.pick([unit, n, '1.5'])} }}`,
    `{{ '{:${random.pick(['999999', '>999999', '0999999', 'é^999999', ',.999f', '.100g', '.99e'])}}'.format(${random.pick([unit, n, '0.0001'])}) }}`,
    `{{ ${unit}[::${n}] }}{{ ${unit}[${n}:${n}:-1] }}{{ ${unit}[-${n}:${n}] }}`,
    `{{ ${n}|round(${random.pick(['99', '-99', '400', '-400', '0'])}${random.pick(['', ", 'ceil'", ", 'floor'"])}) }}`,
    `{{ ${unit}|replace('', ${unit}) }}{{ (${unit}|string).replace('', 'xx', ${n}) }}`,
    `{{ ${unit}|truncate(${n}) }}{{ ${unit}|excerpt(${n}) }}{{ ${unit}|wordcount }}`,
    `{% set ns = namespace(v=${unit}) %}{% for i in range(${random.between(2, 120)}) %}{% set ns.v = ${double} %}{% endfor %}{{ ns.v${random.pick(['', '|length', '|tojson', ' == ns.v', '|unique', '|sort', '|string', '|pprint'])} }}`,
    `{% set l = [1] %}{% for x in ${random.pick(['l', 'range(99)'])} %}{% do l.${random.pick(['append(l)', 'extend(l)', 'insert(0, l)', 'append(x)'])} %}{% endfor %}{{ l${random.pick(['', '|length', '|tojson', '|string'])} }}`,
    `{% set d = {} %}{% do d.update({'d': d}) %}{{ d${random.pick(['', '|tojson', ' == d', '|pprint', '|dictsort', '.d.d.d', '|string'])} }}`,
    `{{ ${'['.repeat(random.below(260))}${unit}${']'.repeat(random.below(260))} }}`,
    `{{ ${random.pick(['not ', '-', '('])}${random.pick(['not ', '-', '(']).repeat(random.below(400))}1 }}`,
    `{% macro m(n) %}{{ m(n ~ n) }}{% endmacro %}{{ m(${unit}) }}`,
    `{% for x in [1] recursive %}{{ loop([x, x]) }}{% endfor %}`,
    `{{ cycler(*range(${n})).next() }}{{ dict(**dict(a=1)) }}`,
    `{{ (${unit} ~ '')|regex_replace('${random.pick(['(a+)+$', '(a|a)*b', '.*.*.*z', '(.{1,99}){1,99}', '((a*)*)*', '\\\\b', '(?=a)*'])}', 'x') }}`,
  ]);
}
