/** A YAML tree to plain values: aliases followed within bounds, keys checked, places remembered. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, LineCounter, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { placeOfRange } from './place.ts';
import type { Place } from './place.ts';

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
  readonly text: string;
  readonly lines: LineCounter;
  readonly faults: SourceFault[];
  /** What each alias stands for. */
  readonly targets: Map<Node, Node>;
  /** Anchors so far; without `read` while still inside. */
  readonly anchors: Map<string, { readonly node: Node; readonly read?: Read }>;
  /** Numbers as they were typed, by path. */
  readonly texts: Map<string, string>;
  aliasValues: number;
}

const NOTHING: Read = { value: null, size: 1, height: 1 };

export function readTree(reading: Reading, node: Node, depth: number, path: Path): Read {
  if (depth > LIMITS.depth)
    return fault(reading, { code: 'too_deep', detail: tooDeep(), node, path });
  if (isAlias(node)) return readAlias(reading, node, depth, path);
  if (node.anchor === undefined) return readContent(reading, node, depth, path);
  reading.anchors.set(node.anchor, { node });
  const read = readContent(reading, node, depth, path);
  reading.anchors.set(node.anchor, { node, read });
  return read;
}

export function tooDeep(): string {
  return `Cannot read the text: values are nested deeper than ${LIMITS.depth} levels`;
}

function readContent(reading: Reading, node: Node, depth: number, path: Path): Read {
  if (isMap(node)) return readMap(reading, node, depth, path);
  if (isSeq(node)) return readList(reading, node, depth, path);
  return isScalar(node) ? readScalar(reading, node, path) : NOTHING;
}

function readAlias(reading: Reading, node: Alias, depth: number, path: Path): Read {
  const anchor = reading.anchors.get(node.source);
  const refuse = (code: RecipeCode, why: string): Read =>
    fault(reading, {
      code,
      detail: `Cannot follow alias "*${node.source.slice(0, 100)}": ${why}`,
      node,
      path,
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

function readList(reading: Reading, node: YAMLSeq, depth: number, path: Path): Read {
  const reads = node.items.map((item, index) => readPart(reading, item, depth, [...path, index]));
  return whole(
    reads.map(({ value }) => value),
    reads,
  );
}

function readMap(reading: Reading, node: YAMLMap, depth: number, path: Path): Read {
  const reads = new Map<string, Read>();
  for (const pair of node.items) {
    const key = readKey(reading, pair, node, path);
    if (key === undefined) continue;
    if (reads.has(key)) {
      const at = isScalar(pair.key) ? pair.key : node;
      const detail = `Cannot read the map: key "${key.slice(0, 100)}" is given twice`;
      fault(reading, { code: 'yaml_duplicate_key', detail, node: at, path: [...path, key] });
    } else reads.set(key, readPart(reading, pair.value, depth, [...path, key]));
  }
  const members = [...reads].map(([key, { value }]) => [key, value] as const);
  return whole(Object.fromEntries(members), [...reads.values()]);
}

function readPart(reading: Reading, part: unknown, depth: number, path: Path): Read {
  return isNode(part) ? readTree(reading, part, depth + 1, path) : NOTHING;
}

function isNode(part: unknown): part is Node {
  return isScalar(part) || isMap(part) || isSeq(part) || isAlias(part);
}

function readKey(reading: Reading, { key }: Pair, map: YAMLMap, path: Path): string | undefined {
  if (!isScalar(key)) {
    const detail = 'Cannot read the map: a key must be text';
    fault(reading, { code: 'yaml_key', detail, node: isNode(key) ? key : map, path });
    return undefined;
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  const detail = faultOfKey(name);
  if (detail === undefined) return name;
  fault(reading, { code: 'yaml_key', detail, node: key, path });
  return undefined;
}

function faultOfKey(name: string): string | undefined {
  if (name === '__proto__') return 'Cannot read the map: "__proto__" is not allowed as a key';
  if (name.length <= LIMITS.keyChars) return undefined;
  return `Cannot read the map: a key of ${name.length} characters is longer than ${LIMITS.keyChars}`;
}

function readScalar(reading: Reading, node: Scalar, path: Path): Read {
  const { value, source } = node;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null)
    return scalar(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const detail = `Cannot read "${(source ?? '').slice(0, 100)}": the value is not one that JSON has`;
    return fault(reading, { code: 'yaml_value', detail, node, path });
  }
  if (source !== undefined) reading.texts.set(path.join('\0'), source);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const detail = `The number ${(source ?? String(value)).slice(0, 100)} loses digits: put it in quotes to keep them`;
    fault(reading, { code: 'number_precision', detail, node, path });
  }
  return scalar(value);
}

function scalar(value: JsonValue): Read {
  return { value, size: 1, height: 1 };
}

function whole(value: JsonValue, parts: readonly Read[]): Read {
  let size = 1;
  let height = 0;
  for (const part of parts) {
    size += part.size;
    height = Math.max(height, part.height);
  }
  return { value, size, height: height + 1 };
}

interface FaultInput {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly node: Node;
  readonly path: Path;
}

function fault({ lines, text, faults }: Reading, { code, detail, node, path }: FaultInput): Read {
  const range = node.range ?? [0, 0, 0];
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  const end = isBlock ? range[0] + 1 : range[1];
  faults.push({ code, detail, pointer: path, ...placeOfRange({ lines, text }, [range[0], end]) });
  return NOTHING;
}
