/**
 * Definitions as a run reads them: one that is itself a whole template is evaluated when it is read,
 * where it is read. Nothing is evaluated that no expression asks for.
 */
import { ComposerError } from '../errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { hasTemplateSyntax, parseTemplate } from '../template/template.ts';
import type { Template } from '../template/template.ts';

type Evaluate = (template: Template) => JsonValue | undefined;

export function createDefinitions(
  definitions: JsonObject,
  evaluate: Evaluate,
): (name: string) => JsonValue | undefined {
  const inProgress = new Set<string>();
  const evaluateOnce: Evaluate = (template) => {
    const { source } = template;
    if (inProgress.has(source)) {
      throw new ComposerError(
        'template_error',
        `Cannot evaluate definition "${source.slice(0, 80)}": it reads itself`,
      );
    }
    inProgress.add(source);
    try {
      return evaluate(template);
    } finally {
      inProgress.delete(source);
    }
  };
  return (name) => {
    const value = ownProperty(definitions, name);
    return value === undefined ? undefined : read(value, evaluateOnce);
  };
}

function read(value: JsonValue, evaluate: Evaluate): JsonValue | undefined {
  if (typeof value === 'string') return readText(value, evaluate);
  if (!holdsTemplate(value)) return value;
  if (isJsonArray(value)) return value.map((element) => read(element, evaluate) ?? null);
  return isJsonObject(value) ? readObject(value, evaluate) : value;
}

function readText(text: string, evaluate: Evaluate): JsonValue | undefined {
  if (!hasTemplateSyntax(text)) return text;
  const parsed = parseTemplate(text);
  return parsed.ok && parsed.value.isNative ? evaluate(parsed.value) : text;
}

/** What `readObject` made, so that it can be told from data. */
const lazy = new WeakSet<object>();

function readObject(object: JsonObject, evaluate: Evaluate): JsonObject {
  const made: JsonObject = {};
  for (const [key, member] of Object.entries(object)) {
    let known: { readonly value: JsonValue | undefined } | undefined;
    const get = () => (known ??= { value: read(member, evaluate) }).value;
    Object.defineProperty(made, key, { get, enumerable: true });
  }
  lazy.add(made);
  return made;
}

/** Evaluates what is left to evaluate in a value on its way out of an expression. */
export function settle(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value) || !lazy.has(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, settle(member) ?? null]),
  );
}

const known = new WeakMap<object, boolean>();

function holdsTemplate(value: JsonValue): boolean {
  if (typeof value === 'string') return hasTemplateSyntax(value);
  if (typeof value !== 'object' || value === null) return false;
  const found = known.get(value) ?? Object.values(value).some(holdsTemplate);
  known.set(value, found);
  return found;
}
