/** The free variables of a template: what it reads from the scope, where, and whether absence is fine. */
import { falseGuards, pathOfNode, trueGuards, type Path } from './guards.ts';
import { GLOBAL_NAMES } from './globals.ts';
import { argumentParts } from './walk.ts';
import type {
  Body,
  CallArguments,
  Expression,
  FilterUse,
  MacroDefinition,
  Statement,
  Target,
} from './ast.ts';
import type { Template } from './template.ts';

export interface VariableRead {
  /** Root first, the static part only. */
  readonly path: readonly (string | number)[];
  /** UTF-16 offset into the source. */
  readonly offset: number;
  /** Under `is defined`, `default` or a condition on itself, so absence is fine. */
  readonly guarded: boolean;
}

export function variablesRead(template: Template): readonly VariableRead[] {
  const known = remembered.get(template);
  if (known !== undefined) return known;
  const reads: VariableRead[] = [];
  readBody({ reads, bindings: { names: new Map(), parent: undefined }, guards: [] }, template.body);
  remembered.set(template, reads);
  return reads;
}

const remembered = new WeakMap<Template, readonly VariableRead[]>();

/** Names that the template itself binds; `maybe` when only some branches do. */
interface Bindings {
  names: Map<string, 'bound' | 'maybe'>;
  readonly parent: Bindings | undefined;
}

interface Reader {
  readonly reads: VariableRead[];
  readonly bindings: Bindings;
  /** Paths that a condition around this place has found present. */
  readonly guards: readonly Path[];
}

function within(reader: Reader, names: readonly string[] = []): Reader {
  const bound = new Map(names.map((name) => [name, 'bound' as const]));
  return { ...reader, bindings: { names: bound, parent: reader.bindings } };
}

function guardedBy(reader: Reader, guards: readonly Path[]): Reader {
  return guards.length === 0 ? reader : { ...reader, guards: [...reader.guards, ...guards] };
}

function readBody(reader: Reader, body: Body): void {
  for (const statement of body) readStatement(reader, statement);
}

function readStatement(reader: Reader, node: Statement): void {
  switch (node.type) {
    case 'text':
    case 'break':
    case 'continue':
      return;
    case 'output':
    case 'do':
      return read(reader, node.value);
    case 'if':
      return readIf(reader, node);
    case 'for':
      return readFor(reader, node);
    case 'set':
      read(reader, node.value);
      return bind(reader, node.target);
    case 'set_block':
      readFilters(reader, node.filters);
      readBody(within(reader), node.body);
      return bind(reader, node.target);
    case 'filter_block':
      readFilters(reader, node.filters);
      return readBody(within(reader), node.body);
    case 'macro':
      reader.bindings.names.set(node.macro.name, 'bound');
      return readMacro(reader, node.macro);
    case 'call_block':
      read(reader, node.call);
      return readMacro(reader, node.macro);
    case 'include':
      return read(reader, node.name);
    case 'with': {
      for (const [, value] of node.bindings) read(reader, value);
      const inside = within(reader);
      for (const [target] of node.bindings) bind(inside, target);
      return readBody(inside, node.body);
    }
  }
}

function bind(reader: Reader, target: Target): void {
  if (target.type === 'name') reader.bindings.names.set(target.name, 'bound');
  else if (target.type === 'tuple') for (const item of target.items) bind(reader, item);
  else record(reader, { path: [target.object], offset: target.offset, guarded: false });
}

/** A branch binds for what follows the `if`, because `if` is no scope of its own. */
function readIf(reader: Reader, node: Extract<Statement, { type: 'if' }>): void {
  const { bindings } = reader;
  const before = bindings.names;
  const ends: Bindings['names'][] = [];
  let inside = reader;
  const readBranch = (branch: Reader, body: Body) => {
    bindings.names = new Map(before);
    readBody(branch, body);
    ends.push(bindings.names);
  };
  for (const { condition, body } of node.branches) {
    bindings.names = before;
    readCondition(inside, condition);
    readBranch(guardedBy(inside, trueGuards(condition)), body);
    inside = guardedBy(inside, falseGuards(condition));
  }
  readBranch(inside, node.otherwise);
  bindings.names = new Map(before);
  for (const name of new Set(ends.flatMap((names) => [...names.keys()]))) {
    const isBound = ends.every((names) => names.get(name) === 'bound');
    bindings.names.set(name, isBound ? 'bound' : 'maybe');
  }
}

function readFor(reader: Reader, node: Extract<Statement, { type: 'for' }>): void {
  read(reader, node.iterable);
  const round = within(reader);
  bind(round, node.target);
  if (node.condition !== undefined) readCondition(round, node.condition);
  const guards = node.condition === undefined ? [] : trueGuards(node.condition);
  const body = within(guardedBy(round, guards), ['loop']);
  readBody(body, node.body);
  readBody(within(reader), node.otherwise);
}

function readMacro(reader: Reader, { parameters, body }: MacroDefinition): void {
  const inside = within(reader, ['varargs', 'kwargs', 'caller']);
  for (const { name, fallback } of parameters) {
    if (fallback !== undefined) read(inside, fallback);
    inside.bindings.names.set(name, 'bound');
  }
  readBody(inside, body);
}

function readFilters(reader: Reader, filters: readonly FilterUse[]): void {
  for (const { args } of filters) readArguments(reader, args);
}

function readArguments(reader: Reader, args: CallArguments): void {
  for (const part of argumentParts(args)) read(reader, part);
}

/** `isSoft`: whoever takes this value is content with undefined. */
function read(reader: Reader, node: Expression, isSoft = false): void {
  switch (node.type) {
    case 'constant':
      return;
    case 'name':
    case 'member':
      return readPath(reader, node, isSoft);
    case 'list':
      return node.items.forEach((item) => read(reader, item));
    case 'map':
      return node.entries.flat().forEach((part) => read(reader, part));
    case 'slice':
      read(reader, node.object, isSoft);
      for (const part of Object.values(node.bounds)) if (part !== undefined) read(reader, part);
      return;
    case 'call':
      readCallee(reader, node.callee);
      return readArguments(reader, node.args);
    case 'filter':
      read(reader, node.operand, node.name === 'default' || node.name === 'd');
      return readArguments(reader, node.args);
    case 'test':
      read(reader, node.operand, node.name === 'defined' || node.name === 'undefined');
      return readArguments(reader, node.args);
    case 'not':
      return readCondition(reader, node.operand);
    case 'sign':
      return read(reader, node.operand);
    case 'arithmetic':
      read(reader, node.left);
      return read(reader, node.right);
    case 'logic':
      return readLogic(reader, node, isSoft);
    case 'concat':
      return node.operands.forEach((operand) => read(reader, operand));
    case 'compare':
      read(reader, node.left);
      return node.rest.forEach(({ right }) => read(reader, right));
    case 'choice':
      readCondition(reader, node.condition);
      read(guardedBy(reader, trueGuards(node.condition)), node.whenTrue, isSoft);
      if (node.whenFalse === undefined) return;
      return read(guardedBy(reader, falseGuards(node.condition)), node.whenFalse, isSoft);
  }
}

/** A variable that is itself the condition may be absent: then it is false. */
function readCondition(reader: Reader, node: Expression): void {
  read(reader, node, true);
}

function readLogic(
  reader: Reader,
  { operator, operands }: Extract<Expression, { type: 'logic' }>,
  isSoft: boolean,
): void {
  let inside = reader;
  for (const [index, operand] of operands.entries()) {
    read(inside, operand, isSoft || index < operands.length - 1);
    const guards = operator === 'and' ? trueGuards(operand) : falseGuards(operand);
    inside = guardedBy(inside, guards);
  }
}

/** The object of a method is read; a global function is not a variable. */
function readCallee(reader: Reader, callee: Expression): void {
  if (callee.type === 'member') {
    if (callee.key.type !== 'constant') read(reader, callee.key);
    return read(reader, callee.object);
  }
  const isGlobal = callee.type === 'name' && GLOBAL_NAMES.has(callee.name);
  if (!isGlobal) read(reader, callee);
}

function readPath(
  reader: Reader,
  node: Extract<Expression, { type: 'name' | 'member' }>,
  isSoft: boolean,
): void {
  let base: Expression = node;
  for (; base.type === 'member'; base = base.object) {
    if (base.key.type !== 'constant') read(reader, base.key);
  }
  const path = pathOfNode(node);
  if (path === undefined) return read(reader, base);
  record(reader, { path, offset: base.offset, guarded: isSoft });
}

function record(reader: Reader, { path, offset, guarded }: VariableRead): void {
  const [root] = path;
  for (let at: Bindings | undefined = reader.bindings; at !== undefined; at = at.parent) {
    const found = at.names.get(String(root));
    if (found === 'bound') return;
    if (found === 'maybe') return void reader.reads.push({ path, offset, guarded: true });
  }
  const isKnown = reader.guards.some((guard) => isPrefix(guard, path) || isPrefix(path, guard));
  reader.reads.push({ path, offset, guarded: guarded || isKnown });
}

function isPrefix(short: Path, long: Path): boolean {
  return short.length <= long.length && short.every((part, index) => part === long[index]);
}
