/**
 * Lists and maps that a template made itself, which its methods may change in place.
 * O1. What came from the scope is never changed: it is other nodes' data.
 */
import { bindArguments, integerOr } from './arguments.ts';
import { isEqual, orderOf } from './compare.ts';
import { itemsOf } from './member.ts';
import { charge, chargeItems, templateError, type Runtime } from './runtime.ts';
import { toText } from './text.ts';
import {
  forgetMembers,
  isMap,
  isTruthy,
  kindOf,
  type Arguments,
  type Value,
  type ValueList,
  type ValueMap,
} from './value.ts';

export function ownList(runtime: Runtime, items: Value[]): ValueList {
  runtime.ownLists.set(items, items);
  return items;
}

export function ownMap(runtime: Runtime, entries: Iterable<readonly [string, Value]>): ValueMap {
  // from entries, so that a key such as `__proto__` is a member like any other
  const map: Record<string, Value> = Object.fromEntries(entries);
  runtime.ownMaps.set(map, map);
  return map;
}

type Change<T> = (runtime: Runtime, own: T, args: Arguments) => Value;

const LIST_CHANGES: Readonly<Record<string, Change<Value[]>>> = {
  append: (runtime, own, args) => {
    const [value] = bindArguments(runtime, 'append', ['value'], args);
    own.push(value);
    return null;
  },
  extend: (runtime, own, args) => {
    const items = itemsOf(runtime, bindArguments(runtime, 'extend', ['items'], args)[0]);
    chargeItems(runtime, items.length);
    for (const item of items.slice()) own.push(item);
    return null;
  },
  insert: (runtime, own, args) => {
    const [index, value] = bindArguments(runtime, 'insert', ['index', 'value'], args);
    chargeItems(runtime, own.length);
    own.splice(integerOr(runtime, index, 0), 0, value);
    return null;
  },
  pop: (runtime, own, args) => {
    const [index] = bindArguments(runtime, 'pop', ['index'], args);
    const at = integerOr(runtime, index, -1);
    const position = at < 0 ? at + own.length : at;
    if (position < 0 || position >= own.length)
      throw templateError(runtime, 'there is no item to take');
    chargeItems(runtime, own.length);
    return own.splice(position, 1)[0];
  },
  remove: (runtime, own, args) => {
    const [value] = bindArguments(runtime, 'remove', ['value'], args);
    chargeItems(runtime, own.length);
    const index = own.findIndex((item) => isEqual(runtime, item, value));
    if (index === -1) throw templateError(runtime, 'this list does not contain the value');
    own.splice(index, 1);
    return null;
  },
  reverse: (runtime, own, args) => {
    bindArguments(runtime, 'reverse', [], args);
    chargeItems(runtime, own.length);
    own.reverse();
    return null;
  },
  sort: (runtime, own, args) => {
    const [reverse] = bindArguments(runtime, 'sort', ['reverse'], args);
    const direction = isTruthy(reverse) ? -1 : 1;
    own.sort((left, right) => {
      charge(runtime, 0.25);
      return isEqual(runtime, left, right) ? 0 : direction * orderOf(runtime, left, right);
    });
    return null;
  },
  clear: (runtime, own, args) => {
    bindArguments(runtime, 'clear', [], args);
    own.length = 0;
    return null;
  },
};

const MAP_CHANGES: Readonly<Record<string, Change<Record<string, Value>>>> = {
  update: (runtime, own, { positional, named }) => {
    const [first] = positional;
    const entries = first === undefined ? [] : pairsOf(runtime, first);
    chargeItems(runtime, (entries.length + named.size) * 4);
    for (const [key, value] of [...entries, ...named]) define(own, key, value);
    return null;
  },
  setdefault: (runtime, own, args) => {
    const [key, value = null] = bindArguments(runtime, 'setdefault', ['key', 'default'], args);
    const name = toText(runtime, key);
    if (!Object.hasOwn(own, name)) define(own, name, value);
    return own[name];
  },
  pop: (runtime, own, args) => {
    const [key, instead] = bindArguments(runtime, 'pop', ['key', 'default'], args);
    const name = toText(runtime, key);
    if (!Object.hasOwn(own, name)) {
      if (args.positional.length + args.named.size > 1) return instead;
      throw templateError(runtime, `this map has no "${name}" to take`);
    }
    const value = own[name];
    remove(own, name);
    return value;
  },
  popitem: (runtime, own, args) => {
    bindArguments(runtime, 'popitem', [], args);
    const keys = Object.keys(own);
    chargeItems(runtime, keys.length);
    const key = keys.at(-1);
    if (key === undefined) throw templateError(runtime, 'there is no item to take');
    const value = own[key];
    remove(own, key);
    return [key, value];
  },
  clear: (runtime, own, args) => {
    bindArguments(runtime, 'clear', [], args);
    const keys = Object.keys(own);
    chargeItems(runtime, keys.length);
    for (const key of keys) remove(own, key);
    return null;
  },
};

/** The members of a map, or pairs of a key and a value. */
function pairsOf(runtime: Runtime, value: Value): readonly (readonly [string, Value])[] {
  if (isMap(value)) return Object.entries(value);
  if (typeof value !== 'object' || value === null)
    throw templateError(runtime, `cannot update with ${kindOf(value)}`);
  return itemsOf(runtime, value).map((pair): readonly [string, Value] => {
    const [key, item, ...more] = itemsOf(runtime, pair);
    if (key === undefined || typeof key === 'object' || more.length > 0)
      throw templateError(runtime, 'cannot update with what are no pairs of a key and a value');
    return [toText(runtime, key), item];
  });
}

/** Undefined when no method of this name changes such a value. */
export function findChange(
  value: Value,
  name: string,
): ((runtime: Runtime, args: Arguments) => Value) | undefined {
  if (Array.isArray(value))
    return changeOf(LIST_CHANGES, name, (runtime) => runtime.ownLists.get(value));
  if (isMap(value)) return changeOf(MAP_CHANGES, name, (runtime) => runtime.ownMaps.get(value));
  return undefined;
}

function changeOf<T>(
  changes: Readonly<Record<string, Change<T>>>,
  name: string,
  own: (runtime: Runtime) => T | undefined,
): ((runtime: Runtime, args: Arguments) => Value) | undefined {
  const change = Object.hasOwn(changes, name) ? changes[name] : undefined;
  if (change === undefined) return undefined;
  return (runtime, args) => {
    const target = own(runtime);
    if (target === undefined)
      throw templateError(runtime, `cannot "${name}" here: the template did not make this value`);
    return change(runtime, target, args);
  };
}

function remove(map: Record<string, Value>, key: string): void {
  Reflect.deleteProperty(map, key);
  forgetMembers(map);
}

function define(map: Record<string, Value>, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
