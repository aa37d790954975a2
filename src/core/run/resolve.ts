/** The one resolver: what a field of a node means where it stands. */
import { ComposerError } from '../errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import { findDefinition } from '../recipe/lookup.ts';
import type { Plan } from '../recipe/plan.ts';
import { shortened } from '../shortened.ts';
import { createBudget, evaluateTemplate, isTruthy } from '../template/render.ts';
import type { Budget, Scope } from '../template/render.ts';
import { hasTemplateSyntax, parseExpression, parseTemplate } from '../template/template.ts';
import type { Template } from '../template/template.ts';
import { createDefinitions, settle } from './definitions.ts';

export interface NameScope extends Scope {
  /** Whether a node was to publish the name and has been decided without. */
  readonly isAbsent?: (name: string) => boolean;
}

export interface ResolveContext {
  readonly plan: Plan;
  readonly scope: NameScope;
  readonly now: number;
  readonly random: () => number;
  /** Names of undefined variables that were read. */
  readonly missing: Set<string>;
  readonly budget: Budget;
  /** References being looked up, the outermost first. */
  readonly following: string[];
}

/** Behind the names of the scope come the plan's definitions. */
export function createResolveContext(
  parts: Pick<ResolveContext, 'plan' | 'scope' | 'now' | 'random'> & Partial<ResolveContext>,
): ResolveContext {
  const { plan, scope: names } = parts;
  const readDefinition = createDefinitions(plan.definitions, (template) =>
    evaluate(template, context),
  );
  const scope: NameScope = {
    ...names,
    get(name) {
      const value = names.get(name);
      return value === undefined ? readDefinition(name) : value;
    },
  };
  const context: ResolveContext = {
    missing: new Set<string>(),
    budget: createBudget(),
    following: [],
    ...parts,
    scope,
  };
  return context;
}

/** Throws `template_error`, `template_budget` or `undefined_variable`. */
export function resolve(value: JsonValue, context: ResolveContext): JsonValue {
  if (typeof value === 'string') return resolveText(value, context);
  if (isJsonArray(value)) return value.map((element) => resolve(element, context));
  if (isJsonObject(value)) return resolveObject(value, context);
  return value;
}

export function resolveObject(value: JsonObject, context: ResolveContext): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolve(member, context)]),
  );
}

/** A JSON Schema: its words are no names of variables, so in a map only templates are resolved. */
export function resolveSchema(schema: JsonValue, context: ResolveContext): JsonValue {
  return typeof schema === 'string' ? resolve(schema, context) : resolveTemplates(schema, context);
}

function resolveTemplates(value: JsonValue, context: ResolveContext): JsonValue {
  if (isJsonArray(value)) return value.map((element) => resolveTemplates(element, context));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, resolveTemplates(member, context)]),
    );
  return typeof value === 'string' && hasTemplateSyntax(value) ? resolve(value, context) : value;
}

/** A value as the text that a prompt, a path or an address needs. */
export function resolveToText(value: JsonValue, context: ResolveContext): string {
  const resolved = resolve(value, context);
  if (typeof resolved === 'string') return resolved;
  return resolved === null ? '' : JSON.stringify(resolved);
}

/** Jinja's truth of an expression. Throws what the expression throws. */
export function holds(expression: string, context: ResolveContext): boolean {
  return isTruthy(evaluate(parsed(parseExpression(expression), expression), context));
}

/** A reference that the plan has pinned is what it says; any other may be the name of a variable. */
export function resolveReference(
  text: string,
  pins: { readonly [reference: string]: unknown },
  context: ResolveContext,
): string {
  return Object.hasOwn(pins, text) ? text : resolveToText(text, context);
}

const PATH = /^[A-Za-z_][\w-]*(?:\.[\w-]+|\[-?\d+\])*$/;

/** The steps of a bare name or path, root first; nothing for any other text. */
export function pathOf(text: string): readonly string[] | undefined {
  return PATH.test(text) ? (text.match(/[^.[\]]+/g) ?? undefined) : undefined;
}

/** What stands at a path; nothing where the way there ends. */
export function valueAt(
  [root = '', ...rest]: readonly string[],
  { scope }: ResolveContext,
): JsonValue | undefined {
  return rest.reduce<JsonValue | undefined>(
    (value, step) => (value === undefined ? undefined : child(value, step)),
    scope.get(root),
  );
}

/** Whether a name means a value here: also that of a node that was skipped, which is null. */
export function isVariable(name: string, { scope }: ResolveContext): boolean {
  return scope.get(name) !== undefined || scope.isAbsent?.(name) === true;
}

function resolveText(text: string, context: ResolveContext): JsonValue {
  if (hasTemplateSyntax(text)) {
    const value = evaluate(parsed(parseTemplate(text), text), context) ?? null;
    if (text.startsWith('@') && typeof value === 'string') return lookUpReference(value, context);
    return value;
  }
  const path = pathOf(text);
  if (path === undefined || !isVariable(path[0] ?? '', context)) return text;
  return settle(valueAt(path, context)) ?? null;
}

function child(value: JsonValue, step: string): JsonValue | undefined {
  if (isJsonArray(value)) return /^-?\d+$/.test(step) ? value.at(Number(step)) : undefined;
  return isJsonObject(value) ? ownProperty(value, step) : undefined;
}

function evaluate(template: Template, context: ResolveContext): JsonValue | undefined {
  const { scope, budget, now, random, plan, missing } = context;
  const value = evaluateTemplate(template, {
    scope,
    budget,
    now,
    random,
    strict: plan.strict,
    prompts: plan.prompts,
    lookUp: (path) => lookUpReference(path, context),
    onUndefined: (path) => missing.add(path),
  });
  return settle(value);
}

function parsed(result: ReturnType<typeof parseTemplate>, source: string): Template {
  if (result.ok) return result.value;
  throw new ComposerError(
    'template_error',
    `Cannot read template "${shortened(source, 80)}": ${result.error.message}`,
  );
}

/** References that lead to references. */
const MAX_FOLLOWED = 64;

/** A reference whose name was rendered just now, such as `@types.{{kind}}.path`: what it names is resolved in its place. */
export function lookUpReference(text: string, context: ResolveContext): JsonValue {
  const { plan, following } = context;
  const shown = text.slice(0, 100);
  const value = findDefinition(plan.definitions, text);
  if (value === undefined)
    throw new ComposerError('template_error', `Cannot find reference "${shown}"`);
  if (following.includes(text) || following.length >= MAX_FOLLOWED)
    throw new ComposerError(
      'template_error',
      `Cannot follow reference "${shown}": it leads in a circle`,
    );
  following.push(text);
  try {
    return resolve(value, context);
  } finally {
    following.pop();
  }
}

/** A list that a map or a reduce goes over: a list as it is, a map's values with their keys. */
export function listOf(
  value: JsonValue,
): { readonly items: JsonArray; readonly keys?: readonly string[] } | undefined {
  if (isJsonArray(value)) return { items: value };
  if (isJsonObject(value)) return { items: Object.values(value), keys: Object.keys(value) };
  return undefined;
}
