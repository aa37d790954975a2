/** The functions that every template can call. */
import { bindArguments, integerOr, textOr } from './arguments.ts';
import { charge, chargeItems, templateError, type Runtime } from './runtime.ts';
import { itemsOf } from './member.ts';
import { ownMap } from './own.ts';
import { HANDLE, isMap, kindOf, type Arguments, type Handle, type Value } from './value.ts';

const MAX_RANGE = 100_000;

type GlobalFunction = (runtime: Runtime, args: Arguments) => Value;

const GLOBALS: Readonly<Record<string, GlobalFunction>> = {
  range,
  namespace: (runtime, args) => namespace(runtime, entriesOf(runtime, 'namespace', args)),
  dict: (runtime, args) => ownMap(runtime, entriesOf(runtime, 'dict', args)),
  cycler,
  joiner: (runtime, args) => {
    const [separator] = bindArguments(runtime, 'joiner', ['sep'], args);
    let isUsed = false;
    const call = () => {
      const text = isUsed ? textOr(runtime, separator, ', ') : '';
      isUsed = true;
      return text;
    };
    return { [HANDLE]: 'joiner', call };
  },
};

export const GLOBAL_NAMES: ReadonlySet<string> = new Set(Object.keys(GLOBALS));

export function findGlobal(runtime: Runtime, name: string): Handle | undefined {
  const call = Object.hasOwn(GLOBALS, name) ? GLOBALS[name] : undefined;
  if (call === undefined) return undefined;
  return { [HANDLE]: 'function', call: (args) => call(runtime, args) };
}

function range(runtime: Runtime, args: Arguments): Value {
  const bound = bindArguments(runtime, 'range', ['start', 'stop', 'step'], args);
  const [first, second, third] = bound.map((value) => {
    if (value === undefined) return undefined;
    if (value === null) throw templateError(runtime, 'expected a whole number, not null');
    return integerOr(runtime, value, 0);
  });
  if (first === undefined) throw templateError(runtime, '"range" needs an end');
  const [start, stop, step] = second === undefined ? [0, first, 1] : [first, second, third ?? 1];
  if (step === 0) throw templateError(runtime, 'the step of a range cannot be zero');
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (size > MAX_RANGE) {
    charge(runtime, runtime.budget.steps + 1);
  }
  chargeItems(runtime, size);
  return Array.from({ length: size }, (_, index) => start + index * step);
}

/** Keyword arguments over the members of one map, or of pairs. */
function entriesOf(
  runtime: Runtime,
  name: string,
  { positional, named }: Arguments,
): [string, Value][] {
  const [first, ...others] = positional;
  if (others.length > 0)
    throw templateError(runtime, `"${name}" takes one map and named arguments`);
  if (first === undefined) {
    chargeItems(runtime, named.size * 4);
    return [...named];
  }
  chargeItems(runtime, named.size * 4);
  if (isMap(first)) {
    const entries = Object.entries(first);
    chargeItems(runtime, entries.length * 8);
    return [...entries, ...named];
  }
  const items = itemsOf(runtime, first);
  chargeItems(runtime, items.length * 8);
  const pairs = items.map((pair): [string, Value] => {
    const [key, value] = itemsOf(runtime, pair);
    if (typeof key === 'object' || key === undefined)
      throw templateError(runtime, `${kindOf(key)} cannot be a key`);
    return [String(key), value];
  });
  return [...pairs, ...named];
}

function namespace(runtime: Runtime, entries: Iterable<readonly [string, Value]>): Handle {
  const members = new Map(entries);
  return {
    [HANDLE]: 'namespace',
    get: (name) => members.get(name),
    set: (name, value) => {
      charge(runtime, 1);
      members.set(name, value);
    },
  };
}

function cycler(runtime: Runtime, { positional }: Arguments): Handle {
  if (positional.length === 0) throw templateError(runtime, '"cycler" needs at least one item');
  let position = 0;
  const current = () => positional[position];
  const advance = () => {
    const value = current();
    position = (position + 1) % positional.length;
    return value;
  };
  const reset = () => {
    position = 0;
    return null;
  };
  const members = new Map<string, () => Value>([
    ['current', current],
    ['next', () => ({ [HANDLE]: 'function', call: advance })],
    ['reset', () => ({ [HANDLE]: 'function', call: reset })],
  ]);
  return { [HANDLE]: 'cycler', get: (name) => members.get(name)?.() };
}
