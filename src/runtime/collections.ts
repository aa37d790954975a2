/** What a fold goes over: a list in memory, or the chunks of a file, in batches that fit a call. */
import { utf8Length } from '../core/json.ts';
import type { JsonArray, JsonObject } from '../core/json.ts';
import { chunkItem, readChunks } from './file-source.ts';
import type { FileSource } from './file-source.ts';
import type { Batch, Collection } from './fold.ts';
import type { Files, Tenant } from './ports.ts';

/** A batch is full at this many items, or at this many bytes: one item may be larger. */
const BATCH_ITEMS = 1_000;
const BATCH_BYTES = 128 * 1024;

export function listCollection(items: JsonArray, keys?: readonly string[]): Collection {
  return {
    mark: `list of ${items.length}`,
    total: items.length,
    *batches({ at }) {
      let start = at;
      let bytes = 0;
      for (let index = at; index < items.length; index += 1) {
        const size = utf8Length(JSON.stringify(items[index]));
        if (isFull(index - start, bytes, size)) {
          yield batchOf(start, index);
          start = index;
          bytes = 0;
        }
        bytes += size;
      }
      if (start < items.length) yield batchOf(start, items.length);
    },
  };

  function batchOf(start: number, end: number): Batch {
    const some = items.slice(start, end);
    return { items: some, next: end, ...(keys && { keys: keys.slice(start, end) }) };
  }
}

export function fileCollection(
  reader: { readonly files: Files; readonly tenant: Tenant },
  source: FileSource,
): Collection {
  const { file, chunk } = source;
  return {
    mark: `file ${file.digest} by ${chunk.size} ${chunk.by}`,
    total: file.size,
    async *batches({ at, index }) {
      let items: JsonObject[] = [];
      let bytes = 0;
      let seen = index;
      for await (const each of readChunks(reader, source, at)) {
        if (isFull(items.length, bytes, each.bytes.length)) {
          yield { items, next: each.offset };
          items = [];
          bytes = 0;
        }
        items.push(chunkItem(each, seen, source));
        bytes += each.bytes.length;
        seen += 1;
      }
      if (items.length > 0) yield { items, next: file.size };
    },
  };
}

function isFull(items: number, bytes: number, more: number): boolean {
  return items > 0 && (items === BATCH_ITEMS || bytes + more > BATCH_BYTES);
}
