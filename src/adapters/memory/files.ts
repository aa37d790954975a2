/** Files in memory. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Clock, Files, FileUpload, StoredFile } from '../../runtime/ports.ts';

interface Kept {
  readonly file: StoredFile;
  readonly bytes: Uint8Array;
}

export function createMemoryFiles({ clock }: { clock: Pick<Clock, 'now'> }): Files {
  const kept = new Map<string, Kept>();
  const keyOf = (tenant: string, id: string): string => JSON.stringify([tenant, id]);
  let puts = 0;
  const isOver = ({ file }: Kept) => (file.expiresAt ?? Infinity) <= clock.now();
  const live = (tenant: string, id: string): Kept | undefined => {
    const found = kept.get(keyOf(tenant, id));
    return found === undefined || isOver(found) ? undefined : found;
  };
  return {
    async put(tenant, id, upload) {
      const read = await readAll(upload);
      if (!read.ok) return read;
      const bytes = read.value;
      const digest = hex(await crypto.subtle.digest('SHA-256', bytes));
      const before = live(tenant, id);
      const { contentType, name, ifMatch, expiresAt } = upload;
      if (!isMet(ifMatch, before?.file.digest)) {
        return fail('precondition_failed', `Cannot put file "${id}": the condition does not hold`);
      }
      puts += 1;
      const file = {
        id,
        size: bytes.length,
        digest,
        contentType,
        ...(name !== undefined && { name }),
        createdAt: clock.now(),
        ...(expiresAt !== undefined && { expiresAt }),
        blob: String(puts),
      };
      kept.set(keyOf(tenant, id), { file, bytes });
      return ok({ ...file, created: before === undefined });
    },
    async find(tenant, id) {
      return live(tenant, id)?.file;
    },
    async hasExpired(tenant, id) {
      return kept.has(keyOf(tenant, id)) && live(tenant, id) === undefined;
    },
    async sweep(tenant, { after = '', limit }) {
      const own = [...kept].filter(([key]) => (JSON.parse(key) as string[])[0] === tenant);
      const ids = own.map(([, { file }]) => file.id).filter((id) => id > after);
      const page = ids.toSorted().slice(0, limit);
      const dead = page.filter((id) => live(tenant, id) === undefined);
      for (const id of dead) kept.delete(keyOf(tenant, id));
      const last = page.at(-1);
      const hasMore = ids.length > page.length && last !== undefined;
      return { deleted: dead.length, ...(hasMore && { after: last }) };
    },
    async open(tenant, file, { offset, length }) {
      const found = kept.get(keyOf(tenant, file.id));
      if (found?.file.blob !== file.blob) return undefined;
      return streamOf(found.bytes.slice(offset, offset + Math.max(0, length)));
    },
    async delete(tenant, id, ifMatch) {
      const found = live(tenant, id);
      if (found === undefined) return false;
      if (ifMatch !== undefined && found.file.digest !== ifMatch) return false;
      return kept.delete(keyOf(tenant, id));
    },
  };
}

function isMet(ifMatch: FileUpload['ifMatch'], current: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  return ifMatch === '*' ? current !== undefined : ifMatch === (current ?? null);
}

async function readAll({ body, maxBytes }: FileUpload): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      return fail('body_too_large', `Cannot keep the file: it is over ${maxBytes} bytes`);
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return ok(bytes);
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

function hex(digest: ArrayBuffer): string {
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
