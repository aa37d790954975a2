/** What a node hands to a function against the schema that the function declares, as far as the text tells. */
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { schemaFaults } from '../json-schema.ts';
import type { SchemaFault } from '../json-schema.ts';
import { hasTemplateSyntax } from '../template/template.ts';
import { findMissingField } from './output-fields.ts';

/** Texts that may be the name of a variable, or a reference. */
const NAME = /^(?:@|[A-Za-z_][\w-]*(?:\.\w+|\[-?\d+\])*$)/;
/** What these keywords find does not depend on what lies deeper. */
const SHALLOW = new Set([
  'additionalProperties',
  'false',
  'maxItems',
  'maxProperties',
  'minItems',
  'minProperties',
  'required',
  'type',
]);

/** Faults that every run would have. Values that only a run knows fit anything. */
export function staticFaults(schema: JsonValue, input: JsonValue): readonly SchemaFault[] {
  const open = openPlaces(input, []);
  if (open.has('')) return [];
  return firstOfEach(schemaFaults(schema, input)).filter(({ pointer, keyword }) => {
    const steps = open.get(pointer);
    // Forbidden whatever it is, unless the schema has a choice on the way there.
    if (steps !== undefined) return findMissingField(schema, steps) !== undefined;
    if (isWithin(pointer, open)) return false;
    const holdsOpen = [...open.keys()].some((place) => place.startsWith(`${pointer}/`));
    return !holdsOpen || SHALLOW.has(keyword);
  });
}

/** One fault a place: a choice finds one for each of its branches. */
function firstOfEach(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  return [
    ...new Map(faults.toReversed().map((fault) => [fault.pointer, fault])).values(),
  ].toReversed();
}

type Steps = readonly (string | number)[];

/** Pointers and ways to what a template, a variable or a reference stands for. */
function openPlaces(value: JsonValue, steps: Steps): ReadonlyMap<string, Steps> {
  if (typeof value === 'string') {
    const isOpen = hasTemplateSyntax(value) || NAME.test(value.trim());
    return new Map(isOpen ? [[pointerOf(steps), steps]] : []);
  }
  const members: readonly (readonly [string | number, JsonValue])[] = isJsonArray(value)
    ? value.map((item, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return new Map(members.flatMap(([key, member]) => [...openPlaces(member, [...steps, key])]));
}

function pointerOf(steps: Steps): string {
  return steps.map((step) => `/${escaped(step)}`).join('');
}

function isWithin(pointer: string, places: ReadonlyMap<string, Steps>): boolean {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (places.has(at)) return true;
  }
  return false;
}

function escaped(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}
