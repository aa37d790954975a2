/** A YAML tree to plain values: aliases followed within bounds, keys checked, places remembered. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { placeOfRange } from '../yaml/text-place.ts';
import type { Lines, Place } from '../yaml/text-place.ts';

export interface SourceFault extends Place {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly pointer: Path;
}

export interface Read {
  readonly value: JsonValue;
  /** Values in it, itself included, aliases followed. */
  readonly size: number;
  readonly height: number;
}

/** The state of reading one text. */
export interface Reading {
  readonly lines: Lines;
  readonly faults: SourceFault[];
  /** What each alias stands for. */
  readonly targets: Map<Node, Node>;
  /** Anchors so far; without `read` while still inside. */
  readonly anchors: Map<string, { readonly node: Node; readonly read?: Read }>;
  /** Numbers as they were typed, by path. */
  readonly texts: Map<string, string>;
  aliasValues: number;
  /** Where the reading is: it grows and shrinks, because most values need none of it. */
  readonly path: (string | number)[];
}

/** More than will be told; the place of each takes time. */
const MAX_FAULTS = 10 * LIMITS.diagnostics;
const NOTHING: Read = { value: null, size: 1, height: 1 };

export function readTree(reading: Reading, node: Node, depth: number): Read {
  if (depth > LIMITS.depth) return fault(reading, { code: 'too_deep', detail: tooDeep(), node });
  if (isAlias(node)) return readAlias(reading, node, depth);
  if (node.anchor === undefined) return readContent(reading, node, depth);
  reading.anchors.set(node.anchor, { node });
  const read = readContent(reading, node, depth);
  reading.anchors.set(node.anchor, { node, read });
  return read;
}

export function tooDeep(): string {
  return `Cannot read the text: values are nested deeper than ${LIMITS.depth} levels`;
}

function readContent(reading: Reading, node: Node, depth: number): Read {
  if (isMap(node)) return readMap(reading, node, depth);
  if (isSeq(node)) return readList(reading, node, depth);
  return isScalar(node) ? readScalar(reading, node) : NOTHING;
}

function readAlias(reading: Reading, node: Alias, depth: number): Read {
  const anchor = reading.anchors.get(node.source);
  const refuse = (code: RecipeCode, why: string): Read =>
    fault(reading, {
      code,
      detail: `Cannot follow alias "*${node.source.slice(0, 100)}": ${why}`,
      node,
    });
  if (anchor === undefined) return refuse('yaml_alias', 'no anchor of that name comes before it');
  if (anchor.read === undefined) return refuse('yaml_alias', 'it lies inside its own anchor');
  reading.targets.set(node, anchor.node);
  reading.aliasValues += anchor.read.size;
  if (reading.aliasValues > LIMITS.aliasValues) {
    return refuse('alias_limit', `aliases add more than ${LIMITS.aliasValues} values`);
  }
  return depth + anchor.read.height > LIMITS.depth
    ? refuse('too_deep', 'the result is nested too deeply')
    : anchor.read;
}

function readList(reading: Reading, node: YAMLSeq, depth: number): Read {
  const whole = { size: 1, height: 0 };
  const value = node.items.map((item, index) => add(whole, readPart(reading, item, depth, index)));
  return { value, size: whole.size, height: whole.height + 1 };
}

function readMap(reading: Reading, node: YAMLMap, depth: number): Read {
  const whole = { size: 1, height: 0 };
  const keys = new Set<string>();
  const members: (readonly [string, JsonValue])[] = [];
  for (const pair of node.items) {
    const key = readKey(reading, pair, node);
    if (key === undefined) continue;
    if (keys.has(key)) {
      const at = isScalar(pair.key) ? pair.key : node;
      const detail = `Cannot read the map: key "${key.slice(0, 100)}" is given twice`;
      fault(reading, { code: 'yaml_duplicate_key', detail, node: at, key });
    } else members.push([key, add(whole, readPart(reading, pair.value, depth, key))]);
    keys.add(key);
  }
  return { value: Object.fromEntries(members), size: whole.size, height: whole.height + 1 };
}

/** Counts a part in; gives its value. */
function add(whole: { size: number; height: number }, { value, size, height }: Read): JsonValue {
  whole.size += size;
  whole.height = Math.max(whole.height, height);
  return value;
}

function readPart(reading: Reading, part: unknown, depth: number, key: string | number): Read {
  if (!isNode(part)) return NOTHING;
  reading.path.push(key);
  const read = readTree(reading, part, depth + 1);
  reading.path.pop();
  return read;
}

function isNode(part: unknown): part is Node {
  return isScalar(part) || isMap(part) || isSeq(part) || isAlias(part);
}

function readKey(reading: Reading, { key }: Pair, map: YAMLMap): string | undefined {
  if (!isScalar(key)) {
    const detail = 'Cannot read the map: a key must be text';
    fault(reading, { code: 'yaml_key', detail, node: isNode(key) ? key : map });
    return undefined;
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  const detail = faultOfKey(name);
  if (detail === undefined) return name;
  fault(reading, { code: 'yaml_key', detail, node: key });
  return undefined;
}

function faultOfKey(name: string): string | undefined {
  if (name === '__proto__') return 'Cannot read the map: "__proto__" is not allowed as a key';
  if (name.length <= LIMITS.keyChars) return undefined;
  return `Cannot read the map: a key of ${name.length} characters is longer than ${LIMITS.keyChars}`;
}

function readScalar(reading: Reading, node: Scalar): Read {
  const { value, source } = node;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null)
    return scalar(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const detail = `Cannot read "${(source ?? '').slice(0, 100)}": the value is not one that JSON has`;
    return fault(reading, { code: 'yaml_value', detail, node });
  }
  if (source !== undefined) reading.texts.set(reading.path.join('\0'), source);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const detail = `The number ${(source ?? String(value)).slice(0, 100)} loses digits: put it in quotes to keep them`;
    fault(reading, { code: 'number_precision', detail, node });
  }
  return scalar(value);
}

function scalar(value: JsonValue): Read {
  return { value, size: 1, height: 1 };
}

interface FaultInput {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly node: Node;
  /** Of a member of the map being read. */
  readonly key?: string;
}

function fault({ lines, faults, path }: Reading, { code, detail, node, key }: FaultInput): Read {
  if (faults.length >= MAX_FAULTS) return NOTHING;
  const range = node.range ?? [0, 0, 0];
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  const end = isBlock ? range[0] + 1 : range[1];
  const pointer = key === undefined ? [...path] : [...path, key];
  faults.push({ code, detail, pointer, ...placeOfRange(lines, [range[0], end]) });
  return NOTHING;
}
