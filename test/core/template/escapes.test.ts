/** Known ways out of template engines, by name: each ends in a budget, an error or nothing, and none in a host's object. */
import { describe, expect, it } from 'vitest';
import { ComposerError, codeOf } from '../../../src/core/errors.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import { evaluateTemplate, renderTemplate } from '../../../src/core/template/render.ts';
import { parseTemplate } from '../../../src/core/template/template.ts';
import { notPlain } from '../../fuzz/plain.ts';

const SCOPE: Readonly<Record<string, JsonValue>> = {
  name: 'ada',
  list: [1, 2, 3],
  user: { name: 'ada', tags: ['a'] },
  long: 'ab '.repeat(100_000),
  payload: JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"x": 1}}}'),
};
const scope = {
  get: (name: string) => (Object.hasOwn(SCOPE, name) ? SCOPE[name] : undefined),
};

type End = 'nothing' | 'budget' | 'error';

/** How a template ends. Text counts as nothing when it is empty; what comes out must be JSON. */
function endOf(source: string): string {
  const parsed = parseTemplate(source);
  if (!parsed.ok) return 'error';
  try {
    const value = evaluateTemplate(parsed.value, { scope });
    if (value !== undefined) expect(notPlain(value)).toBeUndefined();
    const text = renderTemplate(parsed.value, { scope });
    return text === '' ? 'nothing' : text;
  } catch (error) {
    expect(error).toBeInstanceOf(ComposerError);
    return codeOf(error) === 'template_budget' ? 'budget' : 'error';
  }
}

const forever = (body: string): string =>
  `{% for a in range(99999) %}{% for b in range(99999) %}${body}{% endfor %}{% endfor %}`;

const ESCAPES: readonly (readonly [name: string, source: string, end: End])[] = [
  ['__proto__ of a text', '{{ name.__proto__ }}', 'nothing'],
  ['__proto__ of a list, by index', "{{ list['__proto__'] }}", 'nothing'],
  ['__proto__ of a map, by attr', "{{ user|attr('__proto__') }}", 'nothing'],
  ['__proto__ of a literal', "{{ {}['__proto__'] }}{{ [].__proto__ }}", 'nothing'],
  ['__proto__ by map(attribute)', "{{ [user]|map(attribute='__proto__')|join }}", 'nothing'],
  ['__proto__ by a path in sort', "{{ [user]|sum(attribute='__proto__.x') }}", 'error'],
  ['__proto__ through a loop', '{% for k in user %}{{ user[k].__proto__ }}{% endfor %}', 'nothing'],
  ['constructor of a text', '{{ name.constructor }}', 'nothing'],
  ['constructor of a number', '{{ 1 .constructor }}{{ (1).constructor }}', 'nothing'],
  ['constructor of constructor, called', "{{ name.constructor.constructor('1')() }}", 'error'],
  ['constructor by joined text', "{{ user['constr' ~ 'uctor'] }}", 'nothing'],
  ['constructor by reversed text', "{{ user['rotcurtsnoc'|reverse] }}", 'nothing'],
  ['constructor by attr of attr', "{{ name|attr('constructor')|attr('prototype') }}", 'nothing'],
  ['constructor of a macro', '{% macro m() %}{% endmacro %}{{ m.constructor }}', 'nothing'],
  ['constructor of loop', '{% for x in list %}{{ loop.constructor }}{% endfor %}', 'nothing'],
  ['constructor of namespace', '{{ namespace(a=1).constructor }}', 'nothing'],
  ['prototype written by set', "{% set user.__proto__ = 1 %}{{ user['isAdmin'] }}", 'error'],
  [
    'prototype written by namespace',
    '{% set n = namespace() %}{% set n.__proto__ = {"x": 1} %}{{ n.x }}',
    'nothing',
  ],
  [
    'prototype written by update',
    '{% set d = {} %}{% do d.update(payload) %}{{ d.isAdmin }}{{ {}.isAdmin }}',
    'nothing',
  ],
  [
    'prototype written by dict',
    '{% set d = dict(**payload) %}{{ d.isAdmin }}{{ {}.isAdmin }}',
    'nothing',
  ],
  [
    'prototype written by fromjson',
    `{% set d = '{"__proto__": {"isAdmin": 1}}'|fromjson %}{{ d.isAdmin }}{{ {}.isAdmin }}`,
    'nothing',
  ],
  ['globals of cycler', '{{ cycler.__init__.__globals__ }}', 'nothing'],
  ['globals of a cycler made', "{{ cycler(1).__init__.__globals__.os.popen('id') }}", 'error'],
  ['globals of joiner', "{{ joiner.__init__.__globals__['os'] }}", 'nothing'],
  ['globals of namespace', '{{ namespace.__init__.__globals__ }}', 'nothing'],
  ['globals of lipsum', '{{ lipsum.__globals__ }}', 'nothing'],
  ['class, mro, subclasses', "{{ ''.__class__.__mro__[1].__subclasses__() }}", 'error'],
  ['format reaching for a class', "{{ '{0.__class__.__init__}'.format(user) }}", 'error'],
  ['percent format of a host object', "{{ '%r' % cycler }}", 'error'],
  ['self and its context', '{{ self.__init__ }}{{ self._TemplateReference__context }}', 'nothing'],
  [
    "the host's globals",
    '{{ globalThis }}{{ process }}{{ self }}{{ window }}{{ require }}',
    'nothing',
  ],
  ['a filter by the name of a method', "{{ list|map('constructor') }}", 'error'],
  ['a test by the name of a method', "{{ list|select('__proto__')|list }}", 'error'],
  ['a giant range', '{{ range(10**12)|list }}', 'budget'],
  ['a giant range of one step', '{{ range(0, 10**9, 1)|length }}', 'budget'],
  ['a giant repetition', "{{ 'a' * 10**12 }}", 'budget'],
  ['a giant power', '{{ 10 ** 999 }}', 'error'],
  ['giant padding', "{{ 'a'.ljust(10**9) }}{{ '%1000000000d' % 1 }}", 'budget'],
  ['nested loops', forever('x'), 'budget'],
  ['nested loops that write nothing', forever(''), 'budget'],
  [
    'nested loops over comprehended lists',
    '{% for a in long %}{% for b in long %}{% endfor %}{% endfor %}',
    'budget',
  ],
  [
    'a regex bomb of groups',
    "{{ ('a' * 5000)|regex_replace('(a+)+b', '') ~ long|regex_replace('(a|ab|b| )*c', '') }}",
    'budget',
  ],
  ['a regex bomb of stars', "{{ long|regex_replace('.*.*.*=.*', 'x') }}", 'budget'],
  ['a regex with a back reference', "{{ long|regex_replace('(a*)*\\\\1b', '') }}", 'error'],
  ['a regex of huge repetitions', "{{ long|regex_replace('(a{999}){999}', '') }}", 'error'],
  ['deep recursion of a macro', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'budget'],
  [
    'deep recursion of two macros',
    '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
    'budget',
  ],
  [
    'deep recursion of a loop',
    '{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}',
    'budget',
  ],
  ['deep nesting of parentheses', `{{ ${'('.repeat(10_000)}1${')'.repeat(10_000)} }}`, 'error'],
  [
    'deep nesting of lists as data',
    '{% set n = namespace(l=[]) %}{% for i in range(5000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}',
    'error',
  ],
  [
    'a list that grows while it is read',
    '{% set l = [1] %}{% for x in l %}{% do l.append(1) %}{% endfor %}',
    'budget',
  ],
  ['a list that holds itself', '{% set l = [] %}{% do l.append(l) %}{{ l|tojson }}', 'error'],
];

describe('a way out', () => {
  it.each(ESCAPES)('%s', (_, source, end) => {
    expect(endOf(source)).toBe(end);
    expect({}).not.toHaveProperty('isAdmin');
  });
});
