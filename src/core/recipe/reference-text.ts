/** How references are spelled: `@a.b`, `@reference:a.b`, `@reference(ns.a.b)`, with `[i]` and `[a:b]`. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

const NAME = '[A-Za-z_]\\w*(?:-\\w+)*';
/** Longer paths than any definition is deep are text after that. */
const PATH = `${NAME}(?:\\.\\w+(?:-\\w+)*){0,63}`;
const TAIL = '((?:\\[[^\\[\\]]{0,40}\\]|\\.\\w+(?:-\\w+)*)*)';
const WHOLE = new RegExp(`^@(?:reference:(${PATH})|reference\\((${PATH})\\)|(${PATH}))${TAIL}$`);
const EMBEDDED = new RegExp(
  `@@|(?<![\\w.])@(?:(reference:)(${PATH})|(reference\\()(${PATH})\\)|(${PATH}))`,
  'g',
);
const STEP = /\[([^[\]]*)\]|\.([\w-]+)/g;

export const WRAPPERS = ['models', 'prompts', 'configs', 'conditions'] as const;

export type Subscript =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'slice'; readonly start?: number; readonly end?: number };

export interface WholeReference {
  readonly path: readonly string[];
  /** Undefined when a bracket holds something else than numbers. */
  readonly subscripts: readonly Subscript[] | undefined;
}

export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'reference';
      readonly path: readonly string[];
      readonly text: string;
      /** Spelled with the word `reference`, so it cannot be plain text. */
      readonly isExplicit: boolean;
    };

/** A reference with templates in it: `@types.{{kind}}.path`, and not "@{{ user }} wrote". */
export function isDynamicReference(text: string): boolean {
  if (text[0] !== '@' || !text.includes('{{') || text.length > 1000) return false;
  return WHOLE.test(text.replaceAll(/\{\{[^{}]*\}\}/g, 'x'));
}

/** A run takes text with templates that starts with `@` for a reference: where it is none, say so. */
export function asPlainText(text: string): string {
  const isTaken = text[0] === '@' && /\{[{%#]/.test(text);
  return isTaken ? `{{ '@' }}${text.slice(1)}` : text;
}

export function parseWholeReference(text: string): WholeReference | undefined {
  if (text[0] !== '@' || text.length > 1000) return undefined;
  const match = WHOLE.exec(text);
  if (match === null) return undefined;
  const path = (match[1] ?? match[2] ?? match[3] ?? '').split('.');
  return { path, subscripts: parseSubscripts(match[4] ?? '') };
}

export function splitReferences(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let last = 0;
  for (const match of text.matchAll(EMBEDDED)) {
    if (match.index > last) parts.push({ type: 'text', text: text.slice(last, match.index) });
    last = match.index + match[0].length;
    if (match[0] === '@@') parts.push({ type: 'text', text: '@' });
    else {
      const path = (match[2] ?? match[4] ?? match[5] ?? '').split('.');
      const isExplicit = match[1] !== undefined || match[3] !== undefined;
      parts.push({ type: 'reference', path, text: match[0], isExplicit });
    }
  }
  if (last < text.length) parts.push({ type: 'text', text: text.slice(last) });
  return parts;
}

/** Makes references inside a namespaced file mean that file's own definitions first. */
export function qualifyReferences(tree: JsonObject, namespace: string): JsonObject {
  const names = ownNames(tree);
  const qualify = (text: string): string =>
    text.replaceAll(EMBEDDED, (whole: string, ...groups: (string | undefined)[]) => {
      const path = groups[1] ?? groups[3] ?? groups[4];
      if (path === undefined || !names.has(path.split('.', 1)[0] ?? '')) return whole;
      return whole.replace(path, `${namespace}.${path}`);
    });
  const walk = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return value.includes('@') ? qualify(value) : value;
    if (isJsonArray(value)) return value.map(walk);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
  };
  return Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, walk(part)]));
}

/** Root keys, and the keys one level under a wrapper. */
export function ownNames(tree: JsonObject): Set<string> {
  const names = new Set(Object.keys(tree));
  for (const [, inner] of wrappersOf(tree)) for (const key of Object.keys(inner)) names.add(key);
  return names;
}

export function wrappersOf(tree: JsonObject): readonly Wrapper[] {
  const known = wrappers.get(tree);
  if (known !== undefined) return known;
  const keys = Object.keys(tree);
  const names = keys.length === 1 ? keys : WRAPPERS.filter((name) => Object.hasOwn(tree, name));
  const found = names.flatMap((name): Wrapper[] => {
    const inner = tree[name];
    return isJsonObject(inner) ? [[name, inner]] : [];
  });
  wrappers.set(tree, found);
  return found;
}

type Wrapper = readonly [name: string, inner: JsonObject];

/** A tree never changes, and each look-up asks. */
const wrappers = new WeakMap<JsonObject, readonly Wrapper[]>();

/** One step from a value; undefined where nothing is. */
export function stepInto(value: JsonValue | undefined, step: Subscript): JsonValue | undefined {
  if (step.type === 'key') return isJsonObject(value) ? ownProperty(value, step.key) : undefined;
  if (step.type === 'index') return isJsonArray(value) ? value.at(step.index) : undefined;
  return isJsonArray(value) || typeof value === 'string'
    ? value.slice(step.start ?? 0, step.end)
    : undefined;
}

const TEMPLATE = '\\{\\{[^{}]*\\}\\}';
const SEGMENT = `(?:\\w|-(?=[\\w{])|${TEMPLATE})+`;
/** `@types.{{ kind }}.path` within a text: a segment of the path begins with a template. */
const DYNAMIC = new RegExp(
  `(?<![\\w.@])@(?:reference(?<mark>[:(]))?(?<path>(?<root>${NAME})(?:\\.\\w+(?:-\\w+)*){0,63}(?:\\.(?=\\{\\{)${SEGMENT})(?:\\.${SEGMENT})*)(?<end>\\)?)`,
  'g',
);

/** References that only a run can look up, written so that rendering the text does it. */
export function templateReferences(text: string, isKnown: (root: string) => boolean): string {
  if (!text.includes('.{{') || !text.includes('@')) return text;
  return text.replace(DYNAMIC, (whole: string, ...rest: unknown[]) => {
    const {
      mark,
      path = '',
      root = '',
      end = '',
    } = rest.at(-1) as Readonly<Record<string, string>>;
    if (!isKnown(root)) return whole;
    const parts = path.split(/(\{\{[^{}]*\}\})/).filter((part) => part !== '');
    const texts = parts.map((part) =>
      part.startsWith('{{') ? `(${part.slice(2, -2).replace(/^-|-$/g, '')})` : `"${part}"`,
    );
    return `{{ (${texts.join(' ~ ')})|reference }}${mark === '(' ? '' : end}`;
  });
}

function parseSubscripts(text: string): readonly Subscript[] | undefined {
  const steps: Subscript[] = [];
  for (const [, inside, key] of text.matchAll(STEP)) {
    const step = key === undefined ? parseBracket(inside ?? '') : ({ type: 'key', key } as const);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

function parseBracket(text: string): Subscript | undefined {
  const match = /^\s*(-?\d{1,9})?\s*(:)?\s*(-?\d{1,9})?\s*$/.exec(text);
  if (match === null) return undefined;
  const [, first, colon, second] = match;
  if (colon === undefined) {
    return first === undefined || second !== undefined
      ? undefined
      : { type: 'index', index: Number(first) };
  }
  return {
    type: 'slice',
    ...(first === undefined ? {} : { start: Number(first) }),
    ...(second === undefined ? {} : { end: Number(second) }),
  };
}
