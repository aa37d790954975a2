/** `over: {file, chunk: {by, size}}`: which file, and how it is cut. */
import { ComposerError } from '../errors.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { fileIdOf } from './file-id.ts';

export const CHUNK_UNITS = ['lines', 'bytes', 'sentences'] as const;
export type ChunkUnit = (typeof CHUNK_UNITS)[number];

export interface ChunkSpec {
  readonly by: ChunkUnit;
  /** How many of them a chunk has; fewer where it would grow too large. */
  readonly size: number;
}

export interface FileOver {
  readonly file: string;
  readonly chunk: ChunkSpec;
}

/** A chunk never has more bytes, and no line or sentence may. */
export const MAX_CHUNK_BYTES = 1024 * 1024;
const MAX_UNITS = 1_000_000;
const DEFAULT_SIZES = { lines: 1_000, bytes: 64 * 1024, sentences: 100 } as const;

/** Whether `over` as written goes over a file, rather than over the values of a map. */
export function isFileOver(over: JsonValue): over is JsonObject {
  if (!isJsonObject(over)) return false;
  return (
    Object.keys(over).length === 2 && Object.hasOwn(over, 'file') && Object.hasOwn(over, 'chunk')
  );
}

/** Throws `map_over_invalid` and what `resolve` throws. */
export function readFileOver(over: JsonObject, resolve: (value: JsonValue) => JsonValue): FileOver {
  const file = fileIdOf(resolve(ownProperty(over, 'file') ?? null));
  if (file === undefined || file === '') throw wrong('"file" names no file');
  const chunk = ownProperty(over, 'chunk') ?? null;
  if (!isJsonObject(chunk)) throw wrong('"chunk" must be {by, size}');
  const extra = Object.keys(chunk).find((key) => key !== 'by' && key !== 'size');
  if (extra !== undefined) throw wrong(`"chunk" has no key "${extra.slice(0, 64)}"`);
  // Never resolved: a variable may well be called `lines`.
  const by = CHUNK_UNITS.find((unit) => unit === ownProperty(chunk, 'by'));
  if (by === undefined) throw wrong(`"by" must be ${CHUNK_UNITS.join(', ')}`);
  return { file, chunk: { by, size: sizeOf(by, resolve(ownProperty(chunk, 'size') ?? null)) } };
}

function sizeOf(by: ChunkUnit, size: JsonValue): number {
  if (size === null) return DEFAULT_SIZES[by];
  const most = mostOf(by);
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= most) return size;
  throw wrong(`"size" must be a whole number from 1 to ${most}`);
}

/** The largest `size`. */
export function mostOf(by: ChunkUnit): number {
  return by === 'bytes' ? MAX_CHUNK_BYTES : MAX_UNITS;
}

function wrong(why: string): ComposerError {
  return new ComposerError('map_over_invalid', `Cannot go over a file: ${why}`);
}
