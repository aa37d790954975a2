/** Executes statements into an output. X1. What a block binds is gone when the block ends. */
import { MAX_TEXT, charge, chargeChars, failAt, templateError, type Runtime } from './runtime.ts';
import {
  applyFilter,
  callWith,
  enter,
  evaluate,
  evaluateArguments,
  evaluateUsed,
} from './evaluate.ts';
import { inner, lookup, type Environment } from './environment.ts';
import { itemsOf } from './member.ts';
import { createLoop } from './loop.ts';
import { toText } from './text.ts';
import { childrenOf, type Node } from './walk.ts';
import {
  HANDLE,
  isHandle,
  isList,
  isTruthy,
  kindOf,
  type Arguments,
  type Handle,
  type Value,
} from './value.ts';
import type { Body, FilterUse, MacroDefinition, Statement, Target } from './ast.ts';

/** Macros, includes and recursive loops inside each other. */
const MAX_CALLS = 100;

export interface Output {
  readonly parts: string[];
  length: number;
  /** A captured text is a value; only what is final counts as output. */
  readonly isFinal: boolean;
}

/** Why a body ended early. */
type Jump = 'break' | 'continue' | undefined;
type Of<T extends Statement['type']> = Extract<Statement, { type: T }>;
/** Reads the statements of an include; they come from outside this file to keep the rings apart. */
export type LoadInclude = (
  runtime: Runtime,
  name: string,
) => { source: string; body: Body } | undefined;

export interface Context {
  readonly runtime: Runtime;
  readonly output: Output;
  readonly loadInclude: LoadInclude;
}

export function executeBody(context: Context, body: Body, env: Environment): Jump {
  for (const statement of body) {
    const jump = execute(context, statement, env);
    if (jump !== undefined) return jump;
  }
  return undefined;
}

function execute(context: Context, node: Statement, env: Environment): Jump {
  const { runtime } = context;
  charge(runtime, 1);
  runtime.at = node.offset;
  if (node.type === 'text') {
    emit(context, node.text);
    return undefined;
  }
  enter(runtime);
  const jump = executeNested(context, node, env);
  runtime.depth -= 1;
  return jump;
}

function executeNested(
  context: Context,
  node: Exclude<Statement, Of<'text'>>,
  env: Environment,
): Jump {
  const { runtime } = context;
  switch (node.type) {
    case 'output':
      emit(context, toText(runtime, evaluateUsed(runtime, node.value, env)));
      return undefined;
    case 'if':
      return executeIf(context, node, env);
    case 'for': {
      const iterable = evaluateUsed(runtime, node.iterable, env);
      executeFor(context, node, env, { items: itemsOf(runtime, iterable), depth: 0 });
      return undefined;
    }
    case 'set':
      assign(runtime, node.target, evaluate(runtime, node.value, env), env);
      return undefined;
    case 'set_block': {
      const text = capture(context, (to) => executeBody(to, node.body, inner(env)));
      assign(runtime, node.target, filtered(runtime, node.filters, text, env), env);
      return undefined;
    }
    case 'macro':
      env.names.set(node.macro.name, macro(context, node.macro, env));
      return undefined;
    case 'call_block':
      executeCallBlock(context, node, env);
      return undefined;
    case 'filter_block': {
      const text = capture(context, (to) => executeBody(to, node.body, inner(env)));
      emit(context, toText(runtime, filtered(runtime, node.filters, text, env)));
      return undefined;
    }
    case 'include':
      executeInclude(context, node, env);
      return undefined;
    case 'with':
      return executeWith(context, node, env);
    case 'do':
      evaluate(runtime, node.value, env);
      return undefined;
    case 'break':
    case 'continue':
      return node.type;
  }
}

function emit({ runtime, output }: Context, text: string): void {
  output.length += text.length;
  chargeChars(runtime, text.length);
  if (output.isFinal) runtime.budget.outputChars -= text.length;
  if (runtime.budget.outputChars < 0 || output.length > MAX_TEXT) {
    runtime.budget.outputChars = Math.max(0, runtime.budget.outputChars);
    throw failAt(runtime, 'template_budget', 'the template writes too much');
  }
  output.parts.push(text);
}

/** The text that `write` would have written. */
function capture(context: Context, write: (to: Context) => unknown): string {
  const output: Output = { parts: [], length: 0, isFinal: false };
  write({ ...context, output });
  return output.parts.join('');
}

function filtered(
  runtime: Runtime,
  filters: readonly FilterUse[],
  text: string,
  env: Environment,
): Value {
  let value: Value = text;
  for (const use of filters) value = applyFilter(runtime, use, value, env);
  return value;
}

function executeIf(context: Context, node: Of<'if'>, env: Environment): Jump {
  for (const { condition, body } of node.branches) {
    if (isTruthy(evaluate(context.runtime, condition, env))) return executeBody(context, body, env);
  }
  return executeBody(context, node.otherwise, env);
}

function executeFor(
  context: Context,
  node: Of<'for'>,
  env: Environment,
  { items, depth }: { items: readonly Value[]; depth: number },
): void {
  const { runtime } = context;
  const picked = pickItems(runtime, node, env, items);
  if (picked.length === 0) {
    executeBody(context, node.otherwise, inner(env));
    return;
  }
  const recurse = (iterable: Value) => {
    const next = { items: itemsOf(runtime, iterable), depth: depth + 1 };
    return nestedCall(runtime, () => capture(context, (to) => executeFor(to, node, env, next)));
  };
  const loop = createLoop(runtime, picked, depth, node.recursive ? recurse : undefined);
  let isFinished = false;
  for (const item of picked) {
    charge(runtime, 1);
    loop.index += 1;
    const round = inner(env);
    round.names.set('loop', loop.handle);
    assign(runtime, node.target, item, round);
    const jump = executeBody(context, node.body, round);
    isFinished ||= jump === undefined;
    if (jump === 'break') break;
  }
  // as in Jinja, a round that was left early does not count
  if (!isFinished) executeBody(context, node.otherwise, inner(env));
}

/** Those that pass the loop's own `if`, which cannot see `loop`. */
function pickItems(
  runtime: Runtime,
  node: Of<'for'>,
  env: Environment,
  items: readonly Value[],
): readonly Value[] {
  const { condition, target } = node;
  if (condition === undefined) return items;
  return items.filter((item) => {
    charge(runtime, 1);
    const round = inner(env);
    assign(runtime, target, item, round);
    return isTruthy(evaluate(runtime, condition, round));
  });
}

function assign(runtime: Runtime, target: Target, value: Value, env: Environment): void {
  if (target.type === 'name') {
    env.names.set(target.name, value);
    return;
  }
  if (target.type === 'attribute') {
    const object = lookup(runtime, env, target.object);
    if (isHandle(object) && object.set !== undefined) return object.set(target.attribute, value);
    runtime.at = target.offset;
    throw templateError(runtime, `cannot set a field of "${target.object}": it is no namespace`);
  }
  const items = itemsOf(runtime, value);
  const wanted = target.items.length;
  if (value === undefined || items.length !== wanted) {
    runtime.at = target.offset;
    const found = isList(value) ? `${items.length}` : kindOf(value);
    throw templateError(runtime, `cannot unpack ${wanted} values: got ${found}`);
  }
  for (const [index, item] of target.items.entries()) assign(runtime, item, items[index], env);
}

/** Runs one call deeper, up to the limit. */
function nestedCall(runtime: Runtime, run: () => string): string {
  runtime.calls += 1;
  if (runtime.calls > MAX_CALLS) {
    throw failAt(
      runtime,
      'template_budget',
      `the template recurses deeper than ${MAX_CALLS} calls`,
    );
  }
  const text = run();
  runtime.calls -= 1;
  return text;
}

function macro(context: Context, definition: MacroDefinition, env: Environment): Handle {
  const { name, parameters } = definition;
  const members = new Map<string, Value>([
    ['name', name],
    ['arguments', parameters.map((parameter) => parameter.name)],
  ]);
  const { source } = context.runtime;
  return {
    [HANDLE]: 'macro',
    get: (member) => members.get(member),
    call: (args) => callMacro(context, definition, env, { args, source }),
  };
}

function callMacro(
  context: Context,
  definition: MacroDefinition,
  env: Environment,
  { args, source }: { args: Arguments; source: string },
): string {
  const { runtime } = context;
  const local = bindParameters(runtime, definition, args, env);
  const callerSource = runtime.source;
  runtime.source = source;
  const text = nestedCall(runtime, () =>
    capture(context, (to) => executeBody(to, definition.body, local)),
  );
  runtime.source = callerSource;
  return text;
}

function bindParameters(
  runtime: Runtime,
  definition: MacroDefinition,
  args: Arguments,
  env: Environment,
): Environment {
  const { name, parameters, body } = definition;
  const local = inner(env);
  const named = new Map(args.named);
  const varargs = args.positional.slice(parameters.length);
  // a default sees the parameters before it, and of itself and of those behind it nothing
  for (const { name: parameter } of parameters) local.names.set(parameter, undefined);
  for (const [index, parameter] of parameters.entries()) {
    let value = args.positional[index];
    if (named.has(parameter.name)) {
      if (index < args.positional.length) {
        throw templateError(runtime, `"${name}" got "${parameter.name}" twice`);
      }
      value = named.get(parameter.name);
      named.delete(parameter.name);
    } else if (index >= args.positional.length && parameter.fallback !== undefined) {
      value = evaluate(runtime, parameter.fallback, local);
    }
    local.names.set(parameter.name, value);
  }
  if (named.has('caller')) {
    local.names.set('caller', named.get('caller'));
    named.delete('caller');
  }
  if (varargs.length > 0 && !reads(body, 'varargs')) {
    throw templateError(runtime, `"${name}" takes at most ${parameters.length} arguments`);
  }
  const [extra] = named.keys();
  if (extra !== undefined && !reads(body, 'kwargs')) {
    throw templateError(runtime, `"${name}" has no argument "${extra}"`);
  }
  local.names.set('varargs', varargs);
  local.names.set('kwargs', Object.fromEntries(named));
  return local;
}

const freeNames = new WeakMap<Body, ReadonlySet<string>>();

/** Whether a macro asks for arguments that it does not declare. */
function reads(body: Body, name: string): boolean {
  let names = freeNames.get(body);
  if (names === undefined) {
    names = namesIn(body);
    freeNames.set(body, names);
  }
  return names.has(name);
}

function namesIn(body: Body): ReadonlySet<string> {
  const names = new Set<string>();
  const open: Node[] = [...body];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'name') names.add(node.name);
    open.push(...childrenOf(node));
  }
  return names;
}

function executeCallBlock(context: Context, node: Of<'call_block'>, env: Environment): void {
  const { runtime } = context;
  const { call } = node;
  if (call.type !== 'call') throw templateError(runtime, 'expected a call');
  const result = callWith(runtime, call, env, () => {
    const { positional, named } = evaluateArguments(runtime, call.args, env);
    const caller = macro(context, node.macro, env);
    return { positional, named: new Map([...named, ['caller', caller]]) };
  });
  emit(context, toText(runtime, result));
}

function executeInclude(context: Context, node: Of<'include'>, env: Environment): void {
  const { runtime } = context;
  const wanted = evaluateUsed(runtime, node.name, env);
  const names = isList(wanted) ? wanted : [wanted];
  for (const name of names) {
    const found = typeof name === 'string' ? context.loadInclude(runtime, name) : undefined;
    if (found === undefined) continue;
    const parent = node.withContext
      ? env
      : { names: new Map<string, Value>(), parent: undefined, isIsolated: true };
    const { source, at } = runtime;
    runtime.source = found.source;
    nestedCall(runtime, () => {
      executeBody(context, found.body, inner(parent));
      return '';
    });
    Object.assign(runtime, { source, at });
    return;
  }
  runtime.at = node.offset;
  if (!node.ignoreMissing)
    throw templateError(runtime, `no prompt has the name "${toText(runtime, wanted)}"`);
}

function executeWith(context: Context, node: Of<'with'>, env: Environment): Jump {
  const local = inner(env);
  // as in Jinja, no binding sees another of the same tag
  for (const [target, value] of node.bindings) {
    assign(context.runtime, target, evaluate(context.runtime, value, env), local);
  }
  return executeBody(context, node.body, local);
}
