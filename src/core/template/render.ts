/** Renders a parsed template: text in every case, or the native value of a single expression. */
import { ComposerError } from '../errors.ts';
import { bindArguments } from './arguments.ts';
import { executeBody, type Context } from './execute.ts';
import { evaluateUsed } from './evaluate.ts';
import { inner, type Environment } from './environment.ts';
import { exportValue } from './export-value.ts';
import { findFilter } from './filters.ts';
import {
  charge,
  chargeChars,
  chargeLong,
  createBudget,
  failAt,
  templateError,
  type RenderOptions,
  type Runtime,
} from './runtime.ts';
import { findTest } from './tests.ts';
import { parseTemplate, type Template } from './template.ts';
import { lineAndColumn } from './position.ts';
import type { Arguments, Value } from './value.ts';
import type { Filter, FilterCall, Test } from './filter.ts';
import type { JsonValue } from '../json.ts';

export { isTruthy } from './value.ts';
export { createBudget, type Budget, type RenderOptions, type Scope } from './runtime.ts';

/** Throws `template_error`, `template_budget` or `undefined_variable`. */
export function renderTemplate(template: Template, options: RenderOptions): string {
  const runtime = createRuntime(template, options);
  return guarded(runtime, () => {
    const output = { parts: [], length: 0, isFinal: true };
    const context: Context = { runtime, output, loadInclude };
    executeBody(context, template.body, inner(undefined));
    return output.parts.join('');
  });
}

/** The native value of one `{{ expression }}`, else the text. */
export function evaluateTemplate(
  template: Template,
  options: RenderOptions,
): JsonValue | undefined {
  const [node] = template.body;
  if (!template.isNative || node?.type !== 'output') return renderTemplate(template, options);
  const runtime = createRuntime(template, options);
  const env: Environment = inner(undefined);
  return guarded(runtime, () => exportValue(runtime, evaluateUsed(runtime, node.value, env)));
}

function createRuntime(template: Template, options: RenderOptions): Runtime {
  const runtime: Runtime = {
    options,
    budget: options.budget ?? createBudget(),
    source: template.source,
    at: 0,
    depth: 0,
    calls: 0,
    hasBuilt: false,
    ownLists: new WeakMap(),
    ownMaps: new WeakMap(),
    groups: new WeakSet(),
    variables: new Map(),
    filter: (name, value, args) => {
      const filter = findFilter(name);
      if (filter === undefined) throw templateError(runtime, `no filter has the name "${name}"`);
      return filter.apply(bindCall(runtime, name, filter, { value, raw: args }));
    },
    test: (name, value, args) => {
      const test = findTest(name);
      if (test === undefined) throw templateError(runtime, `no test has the name "${name}"`);
      return test.apply(bindCall(runtime, name, test, { value, raw: args }));
    },
  };
  return runtime;
}

function bindCall(
  runtime: Runtime,
  name: string,
  { parameters, isVariadic, required = 0 }: Filter | Test,
  { value, raw }: { value: Value; raw: Arguments },
): FilterCall {
  charge(runtime, 1);
  if (typeof value === 'string') chargeChars(runtime, value.length);
  chargeLong(runtime, raw);
  const args = isVariadic === true ? raw.positional : bindArguments(runtime, name, parameters, raw);
  const missing = parameters.slice(0, required).find((key, index) => {
    return index >= raw.positional.length && !raw.named.has(key);
  });
  if (missing !== undefined) throw templateError(runtime, `"${name}" needs "${missing}"`);
  return { runtime, value, args, raw };
}

function loadInclude(runtime: Runtime, name: string): Template | undefined {
  const { prompts } = runtime.options;
  const source = prompts !== undefined && Object.hasOwn(prompts, name) ? prompts[name] : undefined;
  if (source === undefined) return undefined;
  const parsed = parseTemplate(source);
  if (parsed.ok) return parsed.value;
  const { line, column } = lineAndColumn(source, parsed.error.offset);
  throw templateError(
    runtime,
    `prompt "${name}", line ${line}, column ${column}: ${parsed.error.message}`,
  );
}

/** The depth limits stand well below the stack; this holds where a host leaves us less of it. */
function guarded<T>(runtime: Runtime, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && !(error instanceof ComposerError)) {
      throw failAt(runtime, 'template_budget', 'the template nests too deeply', error);
    }
    throw error;
  }
}
