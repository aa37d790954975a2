/**
 * Files in R2: the bytes as a blob of their own, and a record that says where they lie.
 *
 * F1. A record is written last and only over the one it was made to follow, so a name always leads
 *     to whole bytes with their digest, and a blob that no record names is deleted.
 */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Clock, Files, FileUpload, StoredFile } from '../../runtime/ports.ts';
import { storeStream } from './store-stream.ts';

const ID = /^[A-Za-z0-9][\w.-]{0,127}$/;
/** Puts under one name at a time that may get in one another's way. */
const MAX_TRIES = 8;

export interface FilesDeps {
  readonly bucket: R2Bucket;
  readonly clock: Pick<Clock, 'now'>;
}

/** In a record's metadata, where a listing finds it. */
const EXPIRES = 'expires_at';

type Live = (file: StoredFile | undefined) => StoredFile | undefined;

export function createFiles({ bucket, clock }: FilesDeps): Files {
  const isOver = (at: number | string | undefined) => Number(at ?? Infinity) <= clock.now();
  const live: Live = (file) => (file === undefined || isOver(file.expiresAt) ? undefined : file);
  return {
    async put(tenant, id, upload) {
      const { ifMatch, contentType, name, body, maxBytes, expiresAt } = upload;
      // Before the bytes come, so that nobody sends them in vain.
      if (ifMatch !== undefined) {
        const before = await findRecord(bucket, recordKey(tenant, id));
        if (!isMet(ifMatch, live(before?.file)?.digest)) return conditionFailed(id);
      }
      const blob = crypto.randomUUID();
      const stored = await storeStream(bucket, blobKey(tenant, blob), { body, maxBytes });
      if (!stored.ok) return stored;
      const times = { createdAt: clock.now(), ...(expiresAt !== undefined && { expiresAt }) };
      const about = { id, contentType, ...(name !== undefined && { name }), ...times, blob };
      const file = { ...about, ...stored.value };
      return writeRecord({ bucket, live }, tenant, { file, ifMatch });
    },
    async find(tenant, id) {
      if (!ID.test(id)) return undefined;
      return live((await findRecord(bucket, recordKey(tenant, id)))?.file);
    },
    async hasExpired(tenant, id) {
      if (!ID.test(id)) return false;
      const file = (await findRecord(bucket, recordKey(tenant, id)))?.file;
      return file !== undefined && live(file) === undefined;
    },
    async sweep(tenant, { after, limit }) {
      const prefix = recordKey(tenant, '');
      const startAfter = after === undefined ? {} : { startAfter: prefix + after };
      const include: ['customMetadata'] = ['customMetadata'];
      const page = await bucket.list({ prefix, limit, include, ...startAfter });
      const due = page.objects.filter(({ customMetadata }) => isOver(customMetadata?.[EXPIRES]));
      // Looked at again: somebody may have put another meanwhile.
      const found = await Promise.all(due.map(({ key }) => findRecord(bucket, key)));
      const dead = found.flatMap((each) =>
        each && live(each.file) === undefined ? each.file : [],
      );
      await bucket.delete(dead.map(({ id }) => recordKey(tenant, id)));
      await bucket.delete(dead.map(({ blob }) => blobKey(tenant, blob)));
      const last = page.objects.at(-1)?.key.slice(prefix.length);
      return { deleted: dead.length, ...(page.truncated && last !== undefined && { after: last }) };
    },
    async open(tenant, file, { offset, length }) {
      const size = Math.min(length, file.size - offset);
      // R2 refuses a range of nothing.
      if (size <= 0) return new Blob([]).stream();
      const range = { offset, length: size };
      const found = await bucket.get(blobKey(tenant, file.blob), { range });
      return found?.body;
    },
    async delete(tenant, id, ifMatch) {
      if (!ID.test(id)) return false;
      const found = await findRecord(bucket, recordKey(tenant, id));
      if (found === undefined || live(found.file) === undefined) return false;
      if (ifMatch !== undefined && found.file.digest !== ifMatch) return false;
      await bucket.delete(recordKey(tenant, id));
      await bucket.delete(blobKey(tenant, found.file.blob));
      return true;
    },
  };
}

async function writeRecord(
  { bucket, live }: { readonly bucket: R2Bucket; readonly live: Live },
  tenant: string,
  { file, ifMatch }: { file: StoredFile; ifMatch: FileUpload['ifMatch'] },
): Promise<Result<StoredFile & { readonly created: boolean }>> {
  const key = recordKey(tenant, file.id);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await findRecord(bucket, key);
    if (!isMet(ifMatch, live(before?.file)?.digest)) {
      await bucket.delete(blobKey(tenant, file.blob));
      return conditionFailed(file.id);
    }
    const onlyIf = before === undefined ? { etagDoesNotMatch: '*' } : { etagMatches: before.etag };
    const about = file.expiresAt === undefined ? {} : { [EXPIRES]: String(file.expiresAt) };
    const put = await bucket.put(key, JSON.stringify(file), { onlyIf, customMetadata: about });
    if (put === null) continue;
    if (before !== undefined) await bucket.delete(blobKey(tenant, before.file.blob));
    return ok({ ...file, created: live(before?.file) === undefined });
  }
  await bucket.delete(blobKey(tenant, file.blob));
  return fail('conflict', `Cannot put file "${file.id}": others are putting it at the same time`);
}

async function findRecord(
  bucket: R2Bucket,
  key: string,
): Promise<{ file: StoredFile; etag: string } | undefined> {
  const found = await bucket.get(key);
  // SAFETY: written by `writeRecord`.
  return found === null
    ? undefined
    : { file: (await found.json()) as StoredFile, etag: found.etag };
}

function isMet(ifMatch: FileUpload['ifMatch'], current: string | undefined): boolean {
  if (ifMatch === undefined) return true;
  return ifMatch === '*' ? current !== undefined : ifMatch === (current ?? null);
}

function conditionFailed(id: string): ReturnType<typeof fail> {
  return fail('precondition_failed', `Cannot put file "${id}": the condition does not hold`);
}

/** Encoded, so that no tenant's name reaches into another's keys. */
function recordKey(tenant: string, id: string): string {
  return `t/${encodeURIComponent(tenant)}/files/${id}`;
}

function blobKey(tenant: string, blob: string): string {
  return `t/${encodeURIComponent(tenant)}/blobs/${blob}`;
}
