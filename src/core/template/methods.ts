/** Methods of texts, lists and maps: functions of the value, reachable only by a call. */
import { bindArguments, integerOr, textOr } from './arguments.ts';
import { formatBraces } from './format-braces.ts';
import { isEqual } from './compare.ts';
import {
  chargeChars,
  chargeItems,
  chargeLong,
  chargeText,
  templateError,
  type Runtime,
} from './runtime.ts';
import * as letters from './letters.ts';
import { ownList, ownMap } from './own.ts';
import * as strings from './strings.ts';
import { formatTime } from './strftime.ts';
import { lengthOf, sliceText, toText } from './text.ts';
import {
  isList,
  isMap,
  isTruthy,
  type Arguments,
  type Value,
  type ValueList,
  type ValueMap,
} from './value.ts';

interface MethodCall<T> {
  readonly runtime: Runtime;
  readonly self: T;
  readonly args: readonly Value[];
  readonly raw: Arguments;
}

interface Method<T> {
  readonly parameters: readonly string[];
  readonly isVariadic?: true;
  readonly apply: (call: MethodCall<T>) => Value;
}

type Methods<T> = Readonly<Record<string, Method<T>>>;

/** Undefined when the value has no method of this name. */
export function findMethod(
  value: Value,
  name: string,
): ((runtime: Runtime, args: Arguments) => Value) | undefined {
  if (typeof value === 'string') return bind(TEXT_METHODS, name, value);
  if (isList(value)) return bind(LIST_METHODS, name, value);
  if (isMap(value)) return bind(MAP_METHODS, name, value);
  return undefined;
}

function bind<T>(methods: Methods<T>, name: string, self: T) {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return undefined;
  return (runtime: Runtime, raw: Arguments) => {
    if (typeof self === 'string') chargeChars(runtime, self.length);
    chargeLong(runtime, raw);
    const args =
      method.isVariadic === true
        ? raw.positional
        : bindArguments(runtime, name, method.parameters, raw);
    return method.apply({ runtime, self, args, raw });
  };
}

function method<T>(parameters: readonly string[], apply: Method<T>['apply']): Method<T> {
  return { parameters, apply };
}

const transform = (change: (text: string) => string, weight = 1) =>
  method<string>([], ({ runtime, self }) => {
    chargeText(runtime, self.length);
    chargeChars(runtime, self.length * (weight - 1));
    return change(self);
  });

const matches = (pattern: RegExp) =>
  method<string>([], ({ runtime, self }) => {
    chargeChars(runtime, self.length);
    return pattern.test(self);
  });

const strip = (side: letters.Side) =>
  method<string>(['chars'], ({ runtime, self, args: [chars] }) => {
    chargeText(runtime, self.length);
    if (chars !== undefined && chars !== null)
      return strings.strip(self, textOr(runtime, chars, ''), side);
    return letters.trim(self, side);
  });

const align = (to: 'left' | 'right' | 'center') =>
  method<string>(['width', 'fillchar'], ({ runtime, self, args: [width, fill] }) =>
    strings.pad(runtime, self, integerOr(runtime, width, 0), to, textOr(runtime, fill, ' ')),
  );

const split = (from: typeof strings.split) =>
  method<string>(['sep', 'maxsplit'], ({ runtime, self, args: [separator, limit] }) => {
    const by =
      separator === undefined || separator === null ? undefined : textOr(runtime, separator, '');
    if (by === '') throw templateError(runtime, 'cannot split by nothing');
    chargeChars(runtime, self.length * 4);
    return from(self, by, integerOr(runtime, limit, -1));
  });

const find = (fromEnd: boolean, isRequired: boolean) =>
  method<string>(['sub', 'start', 'end'], ({ runtime, self, args: [sub, start, end] }) => {
    const { text, first } = between(runtime, self, start, end);
    const wanted = textOr(runtime, sub, '');
    const unit = (fromEnd ? text?.lastIndexOf(wanted) : text?.indexOf(wanted)) ?? -1;
    if (unit === -1 && isRequired)
      throw templateError(runtime, 'this text does not contain the other');
    return unit === -1 ? -1 : first + lengthOf(runtime, text?.slice(0, unit) ?? '');
  });

/** A part of a text; no text at all, not even an empty one, where the part would start behind its end. */
function between(
  runtime: Runtime,
  self: string,
  start: Value,
  end: Value,
): { readonly text: string | undefined; readonly first: number } {
  const whole = lengthOf(runtime, self);
  const place = (bound: Value, fallback: number) => {
    const index = integerOr(runtime, bound, fallback);
    return index < 0 ? Math.max(0, index + whole) : index;
  };
  const [first, last] = [place(start, 0), Math.min(whole, place(end, whole))];
  return { text: first > last ? undefined : sliceText(runtime, self, first, last), first };
}

const touches = (where: 'startsWith' | 'endsWith') =>
  method<string>(['affix', 'start', 'end'], ({ runtime, self, args: [affix, start, end] }) => {
    const { text } = between(runtime, self, start, end);
    const affixes = isList(affix) ? affix : [affix];
    chargeItems(runtime, affixes.length);
    return affixes.some((one) => text?.[where](textOr(runtime, one, '')) === true);
  });

const partition = (fromEnd: boolean) =>
  method<string>(['sep'], ({ runtime, self, args: [separator] }) => {
    const by = textOr(runtime, separator, '');
    if (by === '') throw templateError(runtime, 'cannot split by nothing');
    chargeText(runtime, self.length);
    const index = fromEnd ? self.lastIndexOf(by) : self.indexOf(by);
    if (index === -1) return fromEnd ? ['', '', self] : [self, '', ''];
    return [self.slice(0, index), by, self.slice(index + by.length)];
  });

const TEXT_METHODS: Methods<string> = {
  upper: transform((text) => text.toUpperCase()),
  lower: transform((text) => text.toLowerCase()),
  casefold: transform(letters.casefold, 8),
  capitalize: transform(letters.capitalize),
  title: transform(letters.titleCase, 16),
  swapcase: transform(
    (text) =>
      text.replace(/\p{L}/gu, (letter) =>
        letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
      ),
    8,
  ),
  strip: strip('both'),
  lstrip: strip('start'),
  rstrip: strip('end'),
  center: align('center'),
  ljust: align('left'),
  rjust: align('right'),
  zfill: method(['width'], ({ runtime, self, args: [width] }) => {
    const sign = /^[-+]/.exec(self)?.[0] ?? '';
    const digits = self.slice(sign.length);
    return (
      sign + strings.pad(runtime, digits, integerOr(runtime, width, 0) - sign.length, 'right', '0')
    );
  }),
  split: split(strings.split),
  rsplit: split(strings.splitFromEnd),
  splitlines: method(['keepends'], ({ runtime, self, args: [keepEnds] }) => {
    chargeChars(runtime, self.length * 4);
    return strings.splitLines(self, isTruthy(keepEnds));
  }),
  partition: partition(false),
  rpartition: partition(true),
  join: method(['iterable'], ({ runtime, self, args: [iterable] }) =>
    runtime.filter('join', iterable, { positional: [self], named: new Map() }),
  ),
  replace: method(['old', 'new', 'count'], ({ runtime, self, args: [from, to, count] }) =>
    strings.replaceText(
      runtime,
      self,
      { from: textOr(runtime, from, ''), to: textOr(runtime, to, '') },
      integerOr(runtime, count, -1),
    ),
  ),
  startswith: touches('startsWith'),
  endswith: touches('endsWith'),
  find: find(false, false),
  rfind: find(true, false),
  index: find(false, true),
  rindex: find(true, true),
  count: method(['sub', 'start', 'end'], ({ runtime, self, args: [sub, start, end] }) => {
    const wanted = textOr(runtime, sub, '');
    chargeChars(runtime, self.length * 2);
    const { text } = between(runtime, self, start, end);
    if (text === undefined) return 0;
    return wanted === '' ? lengthOf(runtime, text) + 1 : text.split(wanted).length - 1;
  }),
  expandtabs: method(['tabsize'], ({ runtime, self, args: [tabSize] }) => {
    const size = integerOr(runtime, tabSize, 8);
    chargeText(runtime, self.length + (self.split('\t').length - 1) * Math.max(0, size));
    return strings.expandTabs(self, size);
  }),
  removeprefix: method(['prefix'], ({ runtime, self, args: [prefix] }) => {
    const start = textOr(runtime, prefix, '');
    return self.startsWith(start) ? self.slice(start.length) : self;
  }),
  removesuffix: method(['suffix'], ({ runtime, self, args: [suffix] }) => {
    const end = textOr(runtime, suffix, '');
    return end !== '' && self.endsWith(end) ? self.slice(0, -end.length) : self;
  }),
  isdigit: matches(/^[\p{Nd}²³¹\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u),
  isdecimal: matches(/^\p{Nd}+$/u),
  isnumeric: matches(/^\p{N}+$/u),
  isalpha: matches(/^\p{L}+$/u),
  isalnum: matches(/^[\p{L}\p{N}]+$/u),
  isspace: method([], ({ runtime, self }) => {
    chargeChars(runtime, self.length);
    return self !== '' && letters.trim(self) === '';
  }),
  isidentifier: matches(/^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  isprintable: matches(/^[^\p{C}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*$/u),
  isascii: matches(/^[\0-\x7f]*$/),
  islower: method([], ({ runtime, self }) => runtime.test('lower', self, NO_VALUES)),
  isupper: method([], ({ runtime, self }) => runtime.test('upper', self, NO_VALUES)),
  istitle: method([], ({ runtime, self }) => {
    chargeText(runtime, self.length);
    chargeChars(runtime, self.length * 7);
    return letters.isTitle(self);
  }),
  format: {
    parameters: [],
    isVariadic: true,
    apply: ({ runtime, self, raw }) => formatBraces(runtime, self, raw),
  },
  strftime: method(['format'], ({ runtime, self, args: [format] }) =>
    formatTime(runtime, self, textOr(runtime, format, '%Y-%m-%d')),
  ),
  isoformat: transform((text) => text),
};

const NO_VALUES: Arguments = { positional: [], named: new Map() };

const LIST_METHODS: Methods<ValueList> = {
  index: method(['value', 'start', 'stop'], ({ runtime, self, args: [wanted, start, stop] }) => {
    chargeItems(runtime, self.length);
    const place = (bound: Value, fallback: number) => {
      const at = integerOr(runtime, bound, fallback);
      return at < 0 ? Math.max(0, at + self.length) : at;
    };
    const [first, last] = [place(start, 0), place(stop, self.length)];
    const index = self.findIndex(
      (item, at) => at >= first && at < last && isEqual(runtime, item, wanted),
    );
    if (index === -1) throw templateError(runtime, 'this list does not contain the value');
    return index;
  }),
  count: method(['value'], ({ runtime, self, args: [wanted] }) => {
    chargeItems(runtime, self.length);
    return self.filter((item) => isEqual(runtime, item, wanted)).length;
  }),
  copy: method([], ({ runtime, self }) => {
    chargeItems(runtime, self.length);
    return ownList(runtime, [...self]);
  }),
};

const MAP_METHODS: Methods<ValueMap> = {
  items: method([], ({ runtime, self }) => {
    const entries = Object.entries(self);
    chargeItems(runtime, entries.length * 8);
    return entries;
  }),
  keys: method([], ({ runtime, self }) => {
    const keys = Object.keys(self);
    chargeItems(runtime, keys.length * 4);
    return keys;
  }),
  values: method([], ({ runtime, self }) => {
    const values = Object.values(self);
    chargeItems(runtime, values.length * 4);
    return values;
  }),
  get: method(['key', 'default'], ({ runtime, self, args: [key, instead = null] }) => {
    const name = toText(runtime, key);
    return Object.hasOwn(self, name) ? self[name] : instead;
  }),
  copy: method([], ({ runtime, self }) => {
    const entries = Object.entries(self);
    chargeItems(runtime, entries.length * 8);
    return ownMap(runtime, entries);
  }),
};

export const MAP_METHOD_NAMES: ReadonlySet<string> = new Set(Object.keys(MAP_METHODS));
