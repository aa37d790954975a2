/** The `loop` of a `for`. */
import { charge, templateError, type Runtime } from './runtime.ts';
import { isEqual } from './compare.ts';
import { HANDLE, type Arguments, type Handle, type Value } from './value.ts';

export interface Loop {
  /** From 0; -1 before the first round. */
  index: number;
  readonly handle: Handle;
}

export function createLoop(
  runtime: Runtime,
  items: readonly Value[],
  depth: number,
  recurse: ((iterable: Value) => Value) | undefined,
): Loop {
  const { length } = items;
  let seen: readonly Value[] | undefined;
  const changed = ({ positional }: Arguments) => {
    charge(runtime, 1);
    const isSame = seen !== undefined && isEqual(runtime, seen, positional);
    seen = positional;
    return !isSame;
  };
  const cycle = ({ positional }: Arguments) => {
    if (positional.length === 0) throw templateError(runtime, 'nothing to cycle through');
    return positional[loop.index % positional.length];
  };
  const members = new Map<string, () => Value>([
    ['index', () => loop.index + 1],
    ['index0', () => loop.index],
    ['revindex', () => length - loop.index],
    ['revindex0', () => length - loop.index - 1],
    ['first', () => loop.index === 0],
    ['last', () => loop.index === length - 1],
    ['length', () => length],
    ['depth', () => depth + 1],
    ['depth0', () => depth],
    ['previtem', () => (loop.index === 0 ? undefined : items[loop.index - 1])],
    ['nextitem', () => items[loop.index + 1]],
    ['cycle', () => ({ [HANDLE]: 'function', call: cycle })],
    ['changed', () => ({ [HANDLE]: 'function', call: changed })],
  ]);
  const get = (name: string) => members.get(name)?.();
  const handle: Handle =
    recurse === undefined
      ? { [HANDLE]: 'loop', get }
      : { [HANDLE]: 'loop', get, call: ({ positional }) => recurse(positional[0]) };
  const loop: Loop = { index: -1, handle };
  return loop;
}
