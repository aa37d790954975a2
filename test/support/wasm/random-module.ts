/** Random modules that end: structured bodies with branches, loops, calls, memory and table work. */
import fc from 'fast-check';

/** What a body is made of. Numbers are reduced to what exists where they are rendered. */
type Expression =
  | { kind: 'const'; value: number }
  | { kind: 'local'; index: number }
  | { kind: 'binary'; op: string; a: Expression; b: Expression }
  | { kind: 'load'; address: Expression }
  | { kind: 'choose'; condition: Expression; a: Expression; b: Expression }
  | { kind: 'either'; condition: Expression; a: Expression; b: Expression }
  | { kind: 'call'; to: number; indirect: boolean; a: Expression; b: Expression }
  | { kind: 'grow'; table: boolean; by: number };

type Statement =
  | { kind: 'set'; index: number; value: Expression }
  | { kind: 'store'; address: Expression; value: Expression }
  | { kind: 'if'; condition: Expression; yes: Statement[]; no: Statement[] | undefined }
  | { kind: 'block'; body: Statement[] }
  | { kind: 'loop'; rounds: number; body: Statement[] }
  | { kind: 'branch'; to: number; condition: Expression | undefined }
  | { kind: 'switch'; to: number[]; value: Expression }
  | { kind: 'leave'; how: 'return' | 'unreachable' | 'tail'; value: Expression }
  | { kind: 'bulk'; op: string; a: Expression; b: Expression; size: Expression };

const OPERATORS = [
  'add',
  'sub',
  'mul',
  'div_u',
  'rem_s',
  'and',
  'xor',
  'shl',
  'rotl',
  'lt_s',
  'eq',
];
const BULK = [
  'memory.fill',
  'memory.copy',
  'memory.init 0',
  'table.copy 0 0',
  'table.init 0 0',
  'table.fill 0',
];
/** Locals 0 to 3; the loop counters follow. */
const LOCALS = 4;
const LOOPS = 3;

const grammar = fc.letrec<{ expression: Expression; statement: Statement; body: Statement[] }>(
  (tie) => {
    const index = fc.nat({ max: 7 });
    const expression = tie('expression');
    const body = tie('body');
    return {
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.record({
          kind: fc.constant('const' as const),
          value: fc.integer({ min: -300, max: 300 }),
        }),
        fc.record({ kind: fc.constant('local' as const), index }),
        fc.record({
          kind: fc.constant('binary' as const),
          op: fc.constantFrom(...OPERATORS),
          a: expression,
          b: expression,
        }),
        fc.record({ kind: fc.constant('load' as const), address: expression }),
        fc.record({
          kind: fc.constantFrom('choose' as const, 'either' as const),
          condition: expression,
          a: expression,
          b: expression,
        }),
        fc.record({
          kind: fc.constant('call' as const),
          to: index,
          indirect: fc.boolean(),
          a: expression,
          b: expression,
        }),
        fc.record({
          kind: fc.constant('grow' as const),
          table: fc.boolean(),
          by: fc.nat({ max: 3 }),
        }),
      ),
      statement: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.record({ kind: fc.constant('set' as const), index, value: expression }),
        fc.record({ kind: fc.constant('store' as const), address: expression, value: expression }),
        fc.record({
          kind: fc.constant('if' as const),
          condition: expression,
          yes: body,
          no: fc.option(body, { nil: undefined }),
        }),
        fc.record({ kind: fc.constant('block' as const), body }),
        fc.record({
          kind: fc.constant('loop' as const),
          rounds: fc.integer({ min: 1, max: 3 }),
          body,
        }),
        fc.record({
          kind: fc.constant('branch' as const),
          to: index,
          condition: fc.option(expression, { nil: undefined }),
        }),
        fc.record({
          kind: fc.constant('switch' as const),
          to: fc.array(index, { minLength: 1, maxLength: 4 }),
          value: expression,
        }),
        fc.record({
          kind: fc.constant('leave' as const),
          how: fc.constantFrom('return' as const, 'unreachable' as const, 'tail' as const),
          value: expression,
        }),
        fc.record({
          kind: fc.constant('bulk' as const),
          op: fc.constantFrom(...BULK),
          a: expression,
          b: expression,
          size: expression,
        }),
      ),
      body: fc.array(tie('statement'), { maxLength: 4 }),
    };
  },
);

/** The text of a module: `run(i32, i32) -> i32`, its memory and its global exported. */
export const moduleText: fc.Arbitrary<string> = fc
  .array(fc.array(grammar.statement, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map(renderModule);

interface Scope {
  /** Index of the function; it may call those before it. */
  readonly self: number;
  /** Labels in reach, innermost first; only those of blocks may be branched to, so that loops end. */
  readonly labels: readonly ('block' | 'loop')[];
  readonly loops: number;
}

function renderModule(functions: readonly (readonly Statement[])[]): string {
  const bodies = functions.map((body, self) => {
    const scope: Scope = { self, labels: [], loops: 0 };
    const locals = '(local i32 i32) (local i32 i32 i32)';
    const name = self === functions.length - 1 ? '(export "run")' : '';
    return `(func $f${self} ${name} (type $t) ${locals} ${renderBody(body, scope)} (local.get 2))`;
  });
  return `(module
    (type $t (func (param i32 i32) (result i32)))
    (memory (export "memory") 1 8)
    (table 8 64 funcref)
    (global $g (export "g") (mut i32) (i32.const 7))
    (elem (i32.const 0) func $leaf $leaf $leaf $leaf $leaf $leaf)
    (func $leaf (type $t)
      (global.set $g (i32.add (global.get $g) (local.get 0)))
      (i32.add (local.get 0) (local.get 1)))
    ${bodies.join('\n')}
    (elem func $leaf $leaf)
    (data "some bytes to copy from"))`;
}

function renderBody(body: readonly Statement[], scope: Scope): string {
  return body.map((statement) => renderStatement(statement, scope)).join('\n');
}

function renderStatement(statement: Statement, scope: Scope): string {
  const value = (expression: Expression) => renderExpression(expression, scope);
  const within = (label: 'block' | 'loop'): Scope => ({
    ...scope,
    labels: [label, ...scope.labels],
  });
  switch (statement.kind) {
    case 'set':
      return `(local.set ${statement.index % LOCALS} ${value(statement.value)})`;
    case 'store':
      return `(i32.store8 ${masked(value(statement.address))} ${value(statement.value)})`;
    case 'if': {
      const no = statement.no && `(else ${renderBody(statement.no, within('block'))})`;
      const yes = `(then ${renderBody(statement.yes, within('block'))})`;
      return `(if ${value(statement.condition)} ${yes} ${no ?? ''})`;
    }
    case 'block':
      return `(block ${renderBody(statement.body, within('block'))})`;
    case 'loop': {
      if (scope.loops >= LOOPS) return renderBody(statement.body, scope);
      const counter = LOCALS + scope.loops;
      const inner: Scope = { ...within('loop'), loops: scope.loops + 1 };
      const next = `(local.tee ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))`;
      return `(local.set ${counter} (i32.const ${statement.rounds}))
        (loop ${renderBody(statement.body, inner)} (br_if 0 ${next}))`;
    }
    case 'branch': {
      const label = labelOf(statement.to, scope);
      if (statement.condition === undefined) return `(br ${label} ${atEnd(label, scope)})`;
      const branch = `(br_if ${label} ${atEnd(label, scope)} ${value(statement.condition)})`;
      return label === scope.labels.length ? `(drop ${branch})` : branch;
    }
    case 'switch': {
      const labels = statement.to.map((to) => labelOf(to, scope));
      // All targets must take the same values.
      const outer = labels.some((label) => label === scope.labels.length);
      const targets = outer ? labels.map(() => scope.labels.length) : labels;
      const passed = outer ? atEnd(scope.labels.length, scope) : '';
      return `(br_table ${targets.join(' ')} ${passed} ${value(statement.value)})`;
    }
    case 'leave':
      return renderLeave(statement.how, value(statement.value));
    case 'bulk':
      return renderBulk(statement.op, [statement.a, statement.b, statement.size].map(value));
  }
}

function renderLeave(how: 'return' | 'unreachable' | 'tail', value: string): string {
  if (how === 'return') return `(return ${value})`;
  if (how === 'unreachable') return `(if ${value} (then unreachable))`;
  return `(if ${value} (then (return_call $leaf (local.get 0) (local.get 1))))`;
}

function renderBulk(op: string, [a, b, size]: readonly (string | undefined)[]): string {
  if (op === 'table.fill 0') return `(${op} ${small(a)} (ref.null func) ${small(size)})`;
  if (op.startsWith('table')) return `(${op} ${small(a)} ${small(b)} ${small(size)})`;
  return `(${op} ${masked(a)} ${small(b)} ${small(size)})`;
}

/** The value that the function's own label takes; block labels take none. */
function atEnd(label: number, scope: Scope): string {
  return label === scope.labels.length ? '(local.get 1)' : '';
}

/** A block in reach or, past them, the function itself. */
function labelOf(wish: number, scope: Scope): number {
  const all = [...scope.labels.keys()].filter((index) => scope.labels[index] === 'block');
  const blocks = [...all, scope.labels.length];
  return blocks[wish % blocks.length] ?? scope.labels.length;
}

function renderExpression(expression: Expression, scope: Scope): string {
  const value = (part: Expression) => renderExpression(part, scope);
  switch (expression.kind) {
    case 'const':
      return `(i32.const ${expression.value})`;
    case 'local':
      return `(local.get ${expression.index % (LOCALS + LOOPS)})`;
    case 'binary':
      return `(i32.${expression.op} ${value(expression.a)} ${value(expression.b)})`;
    case 'load':
      return `(i32.load ${masked(value(expression.address))})`;
    case 'choose':
      return `(select ${value(expression.a)} ${value(expression.b)} ${value(expression.condition)})`;
    case 'either':
      return `(if (result i32) ${value(expression.condition)}
        (then ${value(expression.a)}) (else ${value(expression.b)}))`;
    case 'call': {
      const passed = `${value(expression.a)} ${value(expression.b)}`;
      if (expression.indirect)
        return `(call_indirect (type $t) ${passed} (i32.const ${expression.to === 7 ? 7 : 1}))`;
      const to = scope.self === 0 ? '$leaf' : `$f${expression.to % scope.self}`;
      return `(call ${to} ${passed})`;
    }
    case 'grow':
      return expression.table
        ? `(table.grow 0 (ref.null func) (i32.const ${expression.by}))`
        : `(memory.grow (i32.const ${expression.by}))`;
  }
}

function masked(value: string | undefined): string {
  return `(i32.and ${value} (i32.const 0x3fff))`;
}

function small(value: string | undefined): string {
  return `(i32.and ${value} (i32.const 7))`;
}
