/** The one resolver: what a field of a node means where it stands. */
import { ComposerError } from '../errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import type { Plan } from '../recipe/plan.ts';
import { createBudget, evaluateTemplate, isTruthy } from '../template/render.ts';
import type { Budget, Scope } from '../template/render.ts';
import { hasTemplateSyntax, parseExpression, parseTemplate } from '../template/template.ts';
import type { Template } from '../template/template.ts';

export interface ResolveContext {
  readonly plan: Plan;
  readonly scope: Scope;
  readonly now: number;
  readonly random: () => number;
  /** Names of undefined variables that were read. */
  readonly missing: Set<string>;
  readonly budget: Budget;
}

export function createResolveContext(
  parts: Pick<ResolveContext, 'plan' | 'scope' | 'now' | 'random'>,
): ResolveContext {
  return { ...parts, missing: new Set(), budget: createBudget() };
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

const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_][\w-]*|\[-?\d+\])*$/;

function resolveText(text: string, context: ResolveContext): JsonValue {
  if (hasTemplateSyntax(text)) {
    const value = evaluate(parsed(parseTemplate(text), text), context) ?? null;
    if (text.startsWith('@') && typeof value === 'string') return lookUpReference(value, context);
    return value;
  }
  if (!PATH.test(text)) return text;
  const steps = text.match(/[^.[\]]+/g) ?? [];
  const [root = text, ...rest] = steps;
  const found = context.scope.get(root);
  if (found === undefined) return text;
  return rest.reduce<JsonValue>((value, step) => child(value, step) ?? null, found);
}

function child(value: JsonValue, step: string): JsonValue | undefined {
  if (isJsonArray(value)) return /^-?\d+$/.test(step) ? value.at(Number(step)) : undefined;
  return isJsonObject(value) ? ownProperty(value, step) : undefined;
}

function evaluate(template: Template, context: ResolveContext): JsonValue | undefined {
  const { scope, budget, now, random, plan, missing } = context;
  return evaluateTemplate(template, {
    scope,
    budget,
    now,
    random,
    strict: plan.strict,
    prompts: plan.prompts,
    onUndefined: (path) => missing.add(path),
  });
}

function parsed(result: ReturnType<typeof parseTemplate>, source: string): Template {
  if (result.ok) return result.value;
  const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  throw new ComposerError(
    'template_error',
    `Cannot read template "${shown}": ${result.error.message}`,
  );
}

/** A reference whose name was rendered just now, such as `@types.{{kind}}.path`. */
function lookUpReference(text: string, { plan }: ResolveContext): JsonValue {
  const path = text.replace(/^@(?:reference[:(])?/, '').replace(/\)$/, '');
  const steps = path.match(/[^.[\]]+/g) ?? [];
  let value: JsonValue | undefined = plan.definitions;
  for (const step of steps) value = value === undefined ? undefined : child(value, step);
  if (value === undefined || steps.length === 0) {
    throw new ComposerError('template_error', `Cannot find reference "${text}"`);
  }
  return value;
}

/** A list that a map or a reduce goes over: a list as it is, a map's values with their keys. */
export function listOf(
  value: JsonValue,
): { readonly items: JsonArray; readonly keys?: readonly string[] } | undefined {
  if (isJsonArray(value)) return { items: value };
  if (isJsonObject(value)) return { items: Object.values(value), keys: Object.keys(value) };
  return undefined;
}
