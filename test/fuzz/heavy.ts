/** One operation on large values, as often as the budget lets it: what it costs must be what it takes. */
import { FILTERS } from '../../src/core/template/filters.ts';
import { TESTS } from '../../src/core/template/tests.ts';
import type { Random } from './random.ts';
import { HEAVY_NAMES } from './scopes.ts';

const FILTER_NAMES = Object.keys(FILTERS);
const TEST_NAMES = Object.keys(TESTS).filter((name) => /^\w+$/.test(name));
const METHODS = [
  ...'upper lower casefold capitalize title swapcase strip lstrip rstrip split rsplit'.split(' '),
  ...'splitlines isdigit isdecimal isnumeric isalpha isalnum isspace isascii islower'.split(' '),
  ...'isupper istitle isoformat items keys values copy'.split(' '),
];
const METHODS_OF_ONE = [
  ...'strip lstrip rstrip split rsplit partition rpartition join startswith endswith find rfind'.split(
    ' ',
  ),
  ...'index rindex count removeprefix removesuffix center ljust rjust zfill get strftime'.split(
    ' ',
  ),
];
const OPERATORS = ['+', '*', '%', '~', '//', '**', '==', '!=', '<', '>=', 'in', 'not in', 'and'];
const ARGUMENTS = [
  "'a'",
  "''",
  '1',
  '0',
  '-1',
  '100',
  '1000',
  '2',
  "'a, '",
  "'b'",
  'none',
  'true',
  "'x' * 1000",
];

export function heavy(random: Random): string {
  const [left, right] = [random.pick(HEAVY_NAMES), random.pick(HEAVY_NAMES)];
  const argument = random.chance(0.4) ? right : random.pick(ARGUMENTS);
  const other = random.chance(0.3) ? right : random.pick(ARGUMENTS);
  const filter = random.pick(FILTER_NAMES);
  const use = random.pick([
    () => `${left}|${filter}`,
    () => `${left}|${filter}(${argument})`,
    () => `${left}|${filter}(${argument}, ${other})`,
    () => `${left}|map('${filter}')|list`,
    () => `${left}|map('${filter}', ${argument})|list`,
    () =>
      `${left}|${random.pick(['sort', 'unique', 'min', 'max', 'groupby', 'map', 'sum', 'join', 'selectattr', 'rejectattr'])}(attribute=${random.pick(["'a'", "'b.c'", "'b'", '0', "'a,b.c'", argument])})`,
    () =>
      `${left}|select('${random.pick(TEST_NAMES)}'${random.chance(0.5) ? `, ${argument}` : ''})|list`,
    () =>
      `${left}|regex_replace(${random.pick(["'a'", "'\\\\w+'", "'(a|b)*c'", "'.*z'", "'^'", "'(?i)À'", argument])}, ${other})`,
    () => `${left}.${random.pick(METHODS)}()`,
    () => `${left}.${random.pick(METHODS_OF_ONE)}(${argument})`,
    () => `${left}.replace(${argument}, ${other})`,
    () => `${left}.format(${argument}, ${other})`,
    () =>
      `${left}.${random.pick(['find', 'rfind', 'split', 'rsplit', 'center'])}(${argument}, ${other})`,
    () => `${left} ${random.pick(OPERATORS)} ${right}`,
    () => `${left} ${random.pick(OPERATORS)} ${argument}`,
    () => `${left} is ${random.pick(TEST_NAMES)}(${argument})`,
    () => `${left}[${argument}]`,
    () =>
      `${left}[${random.pick(['1', '', '-1'])}:${random.pick(['', '-1', '100'])}:${random.pick(['', '1', '2', '-1', '100'])}]`,
    () => `[${left}, ${right}]|${filter}`,
    () => `{'a': ${left}}|${filter}`,
    () => `${random.pick(['dict', 'namespace'])}(${random.pick(['', '**'])}${left})`,
    () => `range(${random.pick(['100000', '0, 100000, 1', '1e5'])})|${filter}`,
    () => `range(*${left})`,
    () => `cycler(*${left}).next()`,
    () => `${left}|length and ${left}|first and ${left}|last`,
  ])();
  return random.pick([
    () => `{% for i in range(50000) %}{% set x = ${use} %}{% endfor %}`,
    () => `{% for i in range(50000) %}{% set x = ${use} %}{% endfor %}`,
    () => `{% for i in range(300) %}{% for x in ${use} %}{% set y = x %}{% endfor %}{% endfor %}`,
    () => `{% for i in range(50000) %}{% set x %}{{ ${use} }}{% endset %}{% endfor %}`,
    () => `{% for i in range(50000) %}{% if ${use} %}{% endif %}{% endfor %}`,
    () =>
      `{% set l = [] %}{% for i in range(50000) %}{% do l.${random.pick(['insert(0, ', 'append(', 'extend(', 'remove(', 'pop('])}${use}) %}{% endfor %}`,
    () => `{{ ${use} }}`,
  ])();
}
