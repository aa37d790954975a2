/** Names of a rendering: blocks inside blocks, then the scope, then the global functions. */
import { findGlobal } from './globals.ts';
import { charge, type Runtime } from './runtime.ts';
import type { Value } from './value.ts';

export interface Environment {
  readonly names: Map<string, Value>;
  readonly parent: Environment | undefined;
  /** The root of an include without context: the scope is not visible. */
  readonly isIsolated?: boolean;
}

/** Blocks that one step may look through for a name. */
const HOPS_PER_STEP = 16;

export function inner(parent: Environment | undefined): Environment {
  return { names: new Map(), parent };
}

export function lookup(runtime: Runtime, environment: Environment, name: string): Value {
  let isIsolated = false;
  let hops = 0;
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.names.has(name)) return at.names.get(name);
    isIsolated ||= at.isIsolated === true;
    hops += 1;
  }
  if (hops > HOPS_PER_STEP) charge(runtime, hops / HOPS_PER_STEP);
  const value = isIsolated ? undefined : readScope(runtime, name);
  return value === undefined ? findGlobal(runtime, name) : value;
}

function readScope(runtime: Runtime, name: string): Value {
  const { variables, options } = runtime;
  if (variables.has(name)) return variables.get(name);
  let value: Value = options.scope.get(name);
  if (value === undefined && name === 'current_time' && options.now !== undefined) {
    value = new Date(options.now).toISOString();
  }
  if (value !== undefined) variables.set(name, value);
  return value;
}
