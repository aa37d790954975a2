/** Finds what is wrong with a parsed template without rendering it. */
import { closestName } from './closest-name.ts';
import { findFilter, FILTERS } from './filters.ts';
import { findTest, TESTS } from './tests.ts';
import { childrenOf, type Node } from './walk.ts';
import type { Body, CallArguments, Expression, FilterUse } from './ast.ts';
import type { Filter, Test } from './filter.ts';
import type { TemplateFault } from './fault.ts';

/** How high a tree may be: chains such as `a + b + …` count a level each. */
const MAX_HEIGHT = 250;

interface Visit {
  readonly node: Node;
  readonly height: number;
  readonly isInLoop: boolean;
}

/** The first fault; undefined when there is none. Goes without recursion, so height is no danger. */
export function findFault(body: Body): TemplateFault | undefined {
  const open: Visit[] = body.map((node) => ({ node, height: 1, isInLoop: false })).toReversed();
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { node, height } = visit;
    const fault = height > MAX_HEIGHT ? tooDeep(node) : faultOf(visit);
    if (fault !== undefined) return fault;
    const isInLoop = node.type === 'for' || (visit.isInLoop && node.type !== 'macro');
    for (const child of childrenOf(node).toReversed()) {
      open.push({ node: child, height: height + 1, isInLoop });
    }
  }
  return undefined;
}

function tooDeep({ offset }: Node): TemplateFault {
  const message = `Cannot nest expressions deeper than ${MAX_HEIGHT} levels`;
  return { code: 'template_too_deep', message, offset };
}

function faultOf({ node, isInLoop }: Visit): TemplateFault | undefined {
  if (node.type === 'filter') return faultOfFilter(node);
  if (node.type === 'filter_block' || node.type === 'set_block') {
    return node.filters.map(faultOfFilter).find((fault) => fault !== undefined);
  }
  if (node.type === 'test') return faultOfTest(node.name, node.args, node.offset);
  if ((node.type === 'break' || node.type === 'continue') && !isInLoop) {
    const message = `Cannot use "${node.type}" outside a loop`;
    return { code: 'template_syntax', message, offset: node.offset };
  }
  return undefined;
}

function faultOfFilter({ name, args, offset }: FilterUse): TemplateFault | undefined {
  const filter = findFilter(name);
  if (filter === undefined) return unknown('filter', name, offset);
  return faultOfNames(name, args, offset) ?? faultOfArguments(name, filter, args, offset);
}

function faultOfTest(name: string, args: CallArguments, offset: number): TemplateFault | undefined {
  const test = findTest(name);
  return test === undefined
    ? unknown('test', name, offset)
    : faultOfArguments(name, test, args, offset);
}

function unknown(kind: 'filter' | 'test', name: string, offset: number): TemplateFault {
  const suggestion = closestName(name, Object.keys(kind === 'filter' ? FILTERS : TESTS));
  return {
    code: kind === 'filter' ? 'unknown_filter' : 'unknown_test',
    message: `Cannot find the ${kind} "${name}"`,
    offset,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Filters that take the name of a filter or test, and at which position. */
const NAMED_BY: Readonly<Record<string, readonly ['filter' | 'test', number]>> = {
  map: ['filter', 0],
  select: ['test', 0],
  reject: ['test', 0],
  selectattr: ['test', 1],
  rejectattr: ['test', 1],
};

function faultOfNames(
  name: string,
  args: CallArguments,
  offset: number,
): TemplateFault | undefined {
  const [kind, position] = (Object.hasOwn(NAMED_BY, name) ? NAMED_BY[name] : undefined) ?? [];
  const named: Expression | undefined =
    position === undefined ? undefined : args.positional[position];
  if (kind === undefined || named?.type !== 'constant' || typeof named.value !== 'string')
    return undefined;
  const isKnown = kind === 'filter' ? findFilter(named.value) : findTest(named.value);
  return isKnown === undefined ? unknown(kind, named.value, named.offset ?? offset) : undefined;
}

function faultOfArguments(
  name: string,
  { parameters, isVariadic, required = 0 }: Filter | Test,
  { positional, named, spread, namedSpread }: CallArguments,
  offset: number,
): TemplateFault | undefined {
  if (isVariadic === true) return undefined;
  const bad = (message: string, suggestion?: string): TemplateFault => ({
    code: 'bad_arguments',
    message,
    offset,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  if (positional.length > parameters.length) {
    return bad(
      `Cannot pass ${positional.length} arguments to "${name}": it takes ${parameters.length}`,
    );
  }
  for (const [key] of named) {
    if (!parameters.includes(key)) {
      return bad(
        `Cannot pass "${key}" to "${name}"`,
        closestName(key, parameters) ?? parameters.join(', '),
      );
    }
  }
  const isOpen = spread !== undefined || namedSpread !== undefined;
  const missing = parameters
    .slice(positional.length, required)
    .find((parameter) => !named.some(([key]) => key === parameter));
  return missing === undefined || isOpen
    ? undefined
    : bad(`Cannot use "${name}" without "${missing}"`);
}
