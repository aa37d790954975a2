/**
 * What the names in a template mean at one step. First match wins: the item's context, the node's
 * own input, the fields of the item, what the maps around it were given, the frame's values, the
 * read-only aliases. The definitions come behind (`resolve.ts`).
 */
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { NameScope } from './resolve.ts';
import type { Frame, ItemContext, RunAbout } from './state.ts';

/** What a scope is made of, besides the frame. */
export interface ScopeParts {
  readonly run: RunAbout;
  readonly now: number;
  readonly item?: ItemContext;
  readonly input?: JsonObject;
  /** The inputs of the maps that the item lies in. */
  readonly shared?: JsonObject;
}

export function scopeOf(frame: Frame, parts: ScopeParts): NameScope {
  const { item, input, shared } = parts;
  const fields = item !== undefined && isJsonObject(item.item) ? item.item : undefined;
  return {
    isAbsent: (name) => isAbsent(frame, name),
    get(name) {
      const local = item && itemValue(item, name);
      if (local !== undefined) return local;
      if (input !== undefined && Object.hasOwn(input, name)) return input[name];
      if (fields !== undefined && Object.hasOwn(fields, name)) return fields[name];
      if (shared !== undefined && Object.hasOwn(shared, name)) return shared[name];
      const published = frame.values.get(name);
      return published === undefined ? aliasValue(frame, parts, name) : published.value;
    },
  };
}

export function isAbsent(frame: Frame, name: string): boolean {
  return frame.index.publishers(name).some((id) => {
    const status = frame.nodes.get(id)?.status;
    return status !== 'pending' && status !== 'active';
  });
}

function itemValue(context: ItemContext, name: string): JsonValue | undefined {
  switch (name) {
    case 'item':
      return context.item;
    case 'index':
      return context.index;
    case 'key':
      return context.key;
    case 'loop':
      return loopOf(context);
    case 'parent':
      return context.parent && parentOf(context.parent);
    default:
      return undefined;
  }
}

/** The fields of Jinja's `loop` that a map can know. */
function loopOf({ index, total }: ItemContext): JsonObject {
  return {
    index: index + 1,
    index0: index,
    length: total,
    first: index === 0,
    last: index === total - 1,
    revindex: total - index,
    revindex0: total - index - 1,
  };
}

function parentOf(context: ItemContext): JsonObject {
  return {
    item: context.item,
    index: context.index,
    loop: loopOf(context),
    ...(context.key !== undefined && { key: context.key }),
    ...(context.parent && { parent: parentOf(context.parent) }),
  };
}

function aliasValue(
  frame: Frame,
  { run: { identity, startedAt }, now }: ScopeParts,
  name: string,
): JsonValue | undefined {
  switch (name) {
    case 'inputs':
      return frame.inputs;
    case 'nodes':
      return Object.fromEntries(
        [...frame.nodes].flatMap(([id, { output }]) =>
          output === undefined ? [] : [[id, output]],
        ),
      );
    case 'visits':
      return Object.fromEntries([...frame.nodes].map(([id, { visit }]) => [id, visit]));
    case 'run':
      return {
        id: identity.id,
        recipe: identity.recipe,
        version: identity.recipeVersion,
        started_at: new Date(startedAt ?? identity.createdAt).toISOString(),
      };
    case 'current_time':
      return new Date(now).toISOString();
    default:
      return undefined;
  }
}
