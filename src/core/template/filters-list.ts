/** Filters on lists. */
import { bindArguments, integerOr, textOr } from './arguments.ts';
import { computeValues } from './arithmetic.ts';
import { filter, type FilterCall, type FilterTable } from './filter.ts';
import { itemsOf, readPath } from './member.ts';
import { ownList } from './own.ts';
import {
  charge,
  chargeChars,
  chargeItems,
  chargeText,
  failAt,
  templateError,
  MAX_TEXT,
  type Runtime,
} from './runtime.ts';
import { isEqual, orderOf } from './compare.ts';
import { charactersOf, lengthOf, toJson, toText } from './text.ts';
import {
  isList,
  isMap,
  isTruthy,
  kindOf,
  type Arguments,
  type Value,
  type ValueList,
} from './value.ts';

const length = filter([], ({ runtime, value }) => {
  if (typeof value === 'string') return lengthOf(runtime, value);
  if (value === undefined) return 0;
  if (isList(value)) return value.length;
  if (isMap(value)) return itemsOf(runtime, value).length;
  throw templateError(runtime, `${kindOf(value)} has no length`);
});

export const LIST_FILTERS: FilterTable = {
  length,
  count: length,
  list: filter([], ({ runtime, value }) => {
    const items = itemsOf(runtime, value);
    chargeItems(runtime, items.length);
    return ownList(runtime, [...items]);
  }),
  first: filter([], ({ runtime, value }) => itemsOf(runtime, value)[0]),
  last: filter([], ({ runtime, value }) => itemsOf(runtime, value).at(-1)),
  random: filter([], ({ runtime, value }) => {
    const items = itemsOf(runtime, value);
    const chance = runtime.options.random?.() ?? 0;
    return items[Math.min(items.length - 1, Math.floor(chance * items.length))];
  }),
  reverse: filter([], ({ runtime, value }) => {
    if (typeof value === 'string') return charactersOf(runtime, value).toReversed().join('');
    const items = itemsOf(runtime, value);
    chargeItems(runtime, items.length);
    return items.toReversed();
  }),
  join: filter(['d', 'attribute'], join),
  sort: filter(['reverse', 'case_sensitive', 'attribute'], sort),
  unique: filter(['case_sensitive', 'attribute'], unique),
  min: filter(['case_sensitive', 'attribute'], (call) => extreme(call, -1)),
  max: filter(['case_sensitive', 'attribute'], (call) => extreme(call, 1)),
  sum: filter(['attribute', 'start'], sum),
  groupby: filter(['attribute', 'default', 'case_sensitive'], groupBy, 1),
  batch: filter(['linecount', 'fill_with'], batch, 1),
  slice: filter(['slices', 'fill_with'], slice, 1),
  map: { parameters: [], isVariadic: true, apply: map },
  select: { parameters: [], isVariadic: true, apply: (call) => select(call, { keep: true }) },
  reject: { parameters: [], isVariadic: true, apply: (call) => select(call, { keep: false }) },
  selectattr: {
    parameters: [],
    isVariadic: true,
    apply: (call) => select(call, { keep: true, byAttribute: true }),
  },
  rejectattr: {
    parameters: [],
    isVariadic: true,
    apply: (call) => select(call, { keep: false, byAttribute: true }),
  },
};

function join({ runtime, value, args: [separator, attribute] }: FilterCall): Value {
  const glue = textOr(runtime, separator, '');
  const items = itemsOf(runtime, value);
  chargeItems(runtime, items.length * 4);
  let length = 0;
  const texts = items.map((item) => {
    const text = toText(
      runtime,
      attribute === undefined ? item : readPath(runtime, item, attribute),
    );
    length += text.length + glue.length;
    if (length - glue.length > MAX_TEXT) {
      throw failAt(
        runtime,
        'template_budget',
        `a text would be longer than ${MAX_TEXT} characters`,
      );
    }
    return text;
  });
  chargeText(runtime, Math.max(0, length - glue.length));
  return texts.join(glue);
}

/** A quarter of a step, so that ten thousand items can be sorted. */
const STEPS_PER_COMPARISON = 0.25;

/** Following a path takes so many times as long as looking at an item. */
const ITEMS_PER_PATH = 4;

interface Keyed {
  readonly item: Value;
  readonly key: Value;
}

interface Keys {
  readonly caseSensitive: Value;
  readonly attribute: Value;
  /** For items without the attribute. */
  readonly fallback?: Value;
}

/** Each item with what it is compared by; texts compare without case unless told otherwise. */
function keyed(
  runtime: Runtime,
  value: Value,
  { caseSensitive, attribute, fallback }: Keys,
): Keyed[] {
  const items = itemsOf(runtime, value);
  chargeItems(runtime, items.length * (attribute === undefined ? 1 : ITEMS_PER_PATH));
  const fold = (key: Value) => {
    if (typeof key !== 'string' || isTruthy(caseSensitive)) return key;
    chargeText(runtime, key.length);
    return key.toLowerCase();
  };
  return items.map((item) => ({
    item,
    key: fold(
      attribute === undefined || attribute === null
        ? item
        : readPath(runtime, item, attribute, fallback),
    ),
  }));
}

function sort({ runtime, value, args: [reverse, caseSensitive, attribute] }: FilterCall): Value {
  const direction = isTruthy(reverse) ? -1 : 1;
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  charge(runtime, paths.length);
  let rows = keyed(runtime, value, { caseSensitive, attribute: paths[0] });
  if (paths.length > 1) {
    const columns = paths.map((path) => keyed(runtime, value, { caseSensitive, attribute: path }));
    rows = rows.map(({ item }, row) => ({ item, key: columns.map((column) => column[row]?.key) }));
  }
  const order = (left: Keyed, right: Keyed) => {
    charge(runtime, STEPS_PER_COMPARISON);
    // keys without an order may still be equal, null and null for one
    if (isEqual(runtime, left.key, right.key)) return 0;
    return direction * orderOf(runtime, left.key, right.key);
  };
  return rows.toSorted(order).map(({ item }) => item);
}

/** A text that is the same for equal keys. */
function identityOf(runtime: Runtime, key: Value): string {
  if (typeof key === 'string') {
    chargeChars(runtime, key.length);
    return `s${key}`;
  }
  if (typeof key === 'boolean') return `n${Number(key)}`;
  if (typeof key === 'number') return `n${key}`;
  return key === undefined ? 'u' : `j${toJson(runtime, key, { sortKeys: true })}`;
}

function unique({ runtime, value, args: [caseSensitive, attribute] }: FilterCall): Value {
  const seen = new Set<string>();
  chargeItems(runtime, isList(value) ? value.length * 3 : 0);
  const kept = keyed(runtime, value, { caseSensitive, attribute }).filter(({ key }) => {
    const identity = identityOf(runtime, key);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
  return kept.map(({ item }) => item);
}

function extreme(
  { runtime, value, args: [caseSensitive, attribute] }: FilterCall,
  direction: 1 | -1,
): Value {
  const [first, ...others] = keyed(runtime, value, { caseSensitive, attribute });
  let best = first;
  for (const other of others) {
    if (direction * orderOf(runtime, other.key, best?.key) > 0) best = other;
  }
  return best?.item;
}

function sum({ runtime, value, args: [attribute, start] }: FilterCall): Value {
  let total: Value = start ?? 0;
  chargeItems(runtime, isList(value) ? value.length * 2 : 0);
  for (const { key } of keyed(runtime, value, { caseSensitive: true, attribute })) {
    total = computeValues(runtime, '+', total, key);
  }
  return total;
}

function groupBy(call: FilterCall): Value {
  const { runtime, value } = call;
  const [attribute, fallback, caseSensitive] = call.args;
  const groups: { grouper: Value; key: Value; items: Value[] }[] = [];
  const rows = keyed(runtime, value, { caseSensitive, attribute, fallback });
  const sorted = rows.toSorted((left, right) => {
    charge(runtime, STEPS_PER_COMPARISON);
    return orderOf(runtime, left.key, right.key);
  });
  for (const { item, key } of sorted) {
    const last = groups.at(-1);
    if (last !== undefined && orderOf(runtime, last.key, key) === 0) last.items.push(item);
    else {
      const grouper = readPath(runtime, item, attribute, fallback);
      groups.push({ grouper, key, items: [item] });
    }
  }
  return groups.map(({ grouper, items }) => {
    const pair = [grouper, items];
    runtime.groups.add(pair);
    return pair;
  });
}

function batch({ runtime, value, args: [lineCount, fill] }: FilterCall): Value {
  const size = integerOr(runtime, lineCount, 1);
  if (size < 1) throw templateError(runtime, `cannot make batches of ${size}`);
  const items = itemsOf(runtime, value);
  chargeItems(runtime, items.length + Math.ceil(items.length / size) * 4);
  const rows: Value[][] = [];
  for (let start = 0; start < items.length; start += size)
    rows.push(items.slice(start, start + size));
  const last = rows.at(-1);
  if (last !== undefined && fill !== undefined && fill !== null) {
    const missing = size - last.length;
    chargeItems(runtime, missing);
    for (let index = 0; index < missing; index += 1) last.push(fill);
  }
  return rows;
}

/** Columns: the first ones get the items that are left over. */
function slice({ runtime, value, args: [slices, fill] }: FilterCall): Value {
  const count = integerOr(runtime, slices, 1);
  if (count < 1) throw templateError(runtime, `cannot make ${count} slices`);
  const items = itemsOf(runtime, value);
  chargeItems(runtime, items.length + count * 4);
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  const columns: Value[][] = [];
  let start = 0;
  for (let column = 0; column < count; column += 1) {
    const end = start + size + (column < longer ? 1 : 0);
    const part = items.slice(start, end);
    if (fill !== undefined && fill !== null && column >= longer) part.push(fill);
    columns.push(part);
    start = end;
  }
  return columns;
}

/** Nothing to go through where Jinja looks for truth first: null, zero and false are no lists. */
function someItems(runtime: Runtime, value: Value): ValueList {
  return isTruthy(value) ? itemsOf(runtime, value) : [];
}

function map({ runtime, value, raw }: FilterCall): Value {
  const items = someItems(runtime, value);
  chargeItems(runtime, items.length);
  if (raw.positional.length === 0) {
    const [attribute, fallback] = bindArguments(runtime, 'map', ['attribute', 'default'], raw);
    if (attribute === undefined)
      throw templateError(runtime, '"map" needs a filter or an attribute');
    return items.map((item) => readPath(runtime, item, attribute, fallback));
  }
  const [name, args] = shift(raw);
  return items.map((item) => runtime.filter(textOr(runtime, name, ''), item, args));
}

function shift({ positional, named }: Arguments): readonly [Value, Arguments] {
  const [first, ...others] = positional;
  return [first, { positional: others, named }];
}

interface Selection {
  readonly keep: boolean;
  readonly byAttribute?: boolean;
}

function select(
  { runtime, value, raw }: FilterCall,
  { keep, byAttribute = false }: Selection,
): Value {
  const items = someItems(runtime, value);
  chargeItems(runtime, items.length);
  const [attribute, afterAttribute] = byAttribute ? shift(raw) : [undefined, raw];
  if (byAttribute && attribute === undefined)
    throw templateError(runtime, 'expected the name of an attribute');
  const [name, args] = shift(afterAttribute);
  return items.filter((item) => {
    const subject = byAttribute ? readPath(runtime, item, attribute) : item;
    const holds =
      name === undefined
        ? isTruthy(subject)
        : runtime.test(textOr(runtime, name, ''), subject, args);
    return holds === keep;
  });
}
