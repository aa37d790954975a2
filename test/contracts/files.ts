/** What every store of files does. */
import { describe, expect, it } from 'vitest';
import type { Files, FileUpload } from '../../src/runtime/ports.ts';

const MIB = 1024 * 1024;

export function describeFiles(name: string, make: () => Files): void {
  describe(`Files contract: ${name}`, () => {
    describePut(make);
    describeConditions(make);
    describeOpen(make);
    describeTenants(make);
  });
}

/** Files whose time is over. `make` gets the clock. */
export function describeExpiry(
  name: string,
  make: (clock: { readonly now: () => number }) => Files,
): void {
  describe(`Files contract, expiry: ${name}`, () => {
    const setUp = async () => {
      let now = 1_000;
      const files = make({ now: () => now });
      const until = async (id: string, expiresAt?: number) =>
        valueOf(
          await files.put('acme', id, upload(id, expiresAt === undefined ? {} : { expiresAt })),
        );
      return { files, until, at: (time: number) => (now = time) };
    };

    it('a file is there until its time, and then as if it were not', async () => {
      const { files, until, at } = await setUp();
      expect(await until('short', 2_000)).toMatchObject({ expiresAt: 2_000, created: true });
      await until('for-ever');
      at(1_999);
      expect(await files.find('acme', 'short')).toMatchObject({ expiresAt: 2_000 });
      expect(await files.hasExpired('acme', 'short')).toBe(false);
      at(2_000);
      expect(await files.find('acme', 'short')).toBeUndefined();
      expect(await files.hasExpired('acme', 'short')).toBe(true);
      expect(await files.hasExpired('acme', 'never')).toBe(false);
      expect(await files.hasExpired('acme', 'for-ever')).toBe(false);
      expect(await files.delete('acme', 'short')).toBe(false);
      expect(await text(files, 'acme', 'for-ever')).toBe('for-ever');
    });

    it('another may take its place, with no condition in the way', async () => {
      const { files, until, at } = await setUp();
      await until('a', 2_000);
      at(3_000);
      const again = await files.put('acme', 'a', upload('new', { ifMatch: null }));
      expect(again).toMatchObject({ ok: true, value: { created: true } });
      expect(await text(files, 'acme', 'a')).toBe('new');
      expect(await files.hasExpired('acme', 'a')).toBe(false);
    });

    it('sweep() takes away what has expired, page by page, and nothing else', async () => {
      const { files, until, at } = await setUp();
      for (const id of ['a', 'c', 'e']) await until(id, 2_000);
      for (const id of ['b', 'd']) await until(id, 9_000);
      await until('f');
      at(2_000);
      let deleted = 0;
      let after: string | undefined;
      do {
        const page = await files.sweep('acme', { limit: 2, ...(after !== undefined && { after }) });
        deleted += page.deleted;
        after = page.after;
      } while (after !== undefined);
      expect(deleted).toBe(3);
      expect(await files.hasExpired('acme', 'a')).toBe(false);
      expect(await text(files, 'acme', 'd')).toBe('d');
      expect(await text(files, 'acme', 'f')).toBe('f');
      expect(await files.sweep('other', { limit: 10 })).toEqual({ deleted: 0 });
    });
  });
}

function describePut(make: () => Files): void {
  it('put() tells size and digest, and find() gives the same', async () => {
    const files = make();
    const put = await files.put('acme', 'notes.txt', upload('hello', { name: 'Notes é.txt' }));
    expect(put).toMatchObject({
      ok: true,
      value: {
        id: 'notes.txt',
        size: 5,
        digest: await sha256(bytesOf('hello')),
        contentType: 'text/plain',
        name: 'Notes é.txt',
        created: true,
      },
    });
    const found = await files.find('acme', 'notes.txt');
    expect({ ...found, created: true }).toEqual(valueOf(put));
  });

  it('put() keeps an empty file', async () => {
    const files = make();
    const file = valueOf(await files.put('acme', 'empty', upload('')));
    expect(file).toMatchObject({ size: 0, digest: await sha256(new Uint8Array()) });
    expect(await read(await files.open('acme', file, { offset: 0, length: 10 }))).toEqual(
      new Uint8Array(),
    );
  });

  it('a file of several parts comes back byte for byte, also across the border of two', async () => {
    const files = make();
    const given = noise(17 * MIB + 3);
    const pieces = [1, 70_000, 5 * MIB - 1, 5 * MIB + 5, 10 * MIB, 16 * MIB, given.length];
    const file = valueOf(await files.put('acme', 'large', upload(streamOf(cut(given, pieces)))));
    expect(file).toMatchObject({ size: given.length, digest: await sha256(given) });
    for (const [offset, length] of [
      [0, 10],
      [5 * MIB - 7, 20],
      [10 * MIB - 3, MIB],
      [4 * MIB, 8 * MIB],
      [given.length - 5, 5],
    ] as const) {
      const part = await read(await files.open('acme', file, { offset, length }));
      expect(same(part, given.subarray(offset, offset + length))).toBe(true);
    }
  });

  it('a file of exactly one part, or two, comes back whole', async () => {
    const files = make();
    for (const size of [5 * MIB, 10 * MIB]) {
      const given = noise(size);
      const file = valueOf(await files.put('acme', 'even', upload(streamOf([given]))));
      const whole = await read(await files.open('acme', file, { offset: 0, length: size }));
      expect(same(whole, given)).toBe(true);
    }
  });

  it('put() gives an endless stream up at the limit and keeps nothing of it', async () => {
    const files = make();
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MIB;
        controller.enqueue(new Uint8Array(MIB));
      },
      cancel() {
        cancelled = true;
      },
    });
    const put = await files.put('acme', 'flood', upload(endless, { maxBytes: 10 * MIB }));
    expect(put).toMatchObject({ ok: false, error: { code: 'body_too_large' } });
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(14 * MIB);
    expect(await files.find('acme', 'flood')).toBeUndefined();
  });

  it('put() takes a file of exactly the limit', async () => {
    const put = await make().put('acme', 'full', upload('12345', { maxBytes: 5 }));
    expect(put.ok).toBe(true);
  });

  it('put() rejects when the stream breaks, and what was there stays', async () => {
    const files = make();
    await files.put('acme', 'a', upload('first'));
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('cut'));
      },
    });
    await expect(files.put('acme', 'a', upload(broken))).rejects.toThrow('cut');
    expect(await text(files, 'acme', 'a')).toBe('first');
  });

  it('put() replaces, and a reader of the old bytes is told', async () => {
    const files = make();
    const first = valueOf(await files.put('acme', 'a', upload('first')));
    const second = valueOf(await files.put('acme', 'a', upload('second')));
    expect(second.created).toBe(false);
    expect(await text(files, 'acme', 'a')).toBe('second');
    expect(await files.open('acme', first, { offset: 0, length: 5 })).toBeUndefined();
  });

  it('of puts at one time one stays, whole', async () => {
    const files = make();
    const texts = ['a', 'bb', 'ccc', 'dddd'];
    await Promise.all(texts.map((each) => files.put('acme', 'race', upload(each))));
    const file = await files.find('acme', 'race');
    const kept = await text(files, 'acme', 'race');
    expect(texts).toContain(kept);
    expect(file).toMatchObject({ size: kept?.length, digest: await sha256(bytesOf(kept ?? '')) });
  });
}

function describeConditions(make: () => Files): void {
  it('put() holds the condition it is given', async () => {
    const files = make();
    const put = async (content: string, ifMatch: string | null) => {
      const done = await files.put('acme', 'a', upload(content, { ifMatch }));
      return done.ok ? 'kept' : done.error.code;
    };
    const digest = await sha256(bytesOf('one'));
    expect(await put('one', '*')).toBe('precondition_failed');
    expect(await put('one', digest)).toBe('precondition_failed');
    expect(await put('one', null)).toBe('kept');
    expect(await put('two', null)).toBe('precondition_failed');
    expect(await put('two', digest)).toBe('kept');
    expect(await put('three', digest)).toBe('precondition_failed');
    expect(await put('three', '*')).toBe('kept');
    expect(await text(files, 'acme', 'a')).toBe('three');
  });

  it('delete() is true once, and holds the condition it is given', async () => {
    const files = make();
    const file = valueOf(await files.put('acme', 'a', upload('one')));
    expect(await files.delete('acme', 'a', 'other')).toBe(false);
    expect(await files.delete('acme', 'a', file.digest)).toBe(true);
    expect(await files.delete('acme', 'a')).toBe(false);
    expect(await files.find('acme', 'a')).toBeUndefined();
    expect(await files.open('acme', file, { offset: 0, length: 3 })).toBeUndefined();
  });
}

function describeOpen(make: () => Files): void {
  it('open() gives the range, cut off at the end', async () => {
    const files = make();
    const file = valueOf(await files.put('acme', 'a', upload('0123456789')));
    const part = async (offset: number, length: number) =>
      new TextDecoder().decode(await read(await files.open('acme', file, { offset, length })));
    expect(await part(0, 10)).toBe('0123456789');
    expect(await part(3, 4)).toBe('3456');
    expect(await part(8, 100)).toBe('89');
    expect(await part(10, 1)).toBe('');
    expect(await part(99, 1)).toBe('');
    expect(await part(0, 0)).toBe('');
  });
}

function describeTenants(make: () => Files): void {
  it('a tenant sees its own files only, whatever it is called', async () => {
    const files = make();
    const file = valueOf(await files.put('a', 'secret', upload('mine')));
    for (const tenant of ['b', '', 'a/files/..', '../t/a', 'a/', 'a%2F', './a', 'A']) {
      expect(await files.find(tenant, 'secret')).toBeUndefined();
      expect(await files.open(tenant, file, { offset: 0, length: 4 })).toBeUndefined();
      expect(await files.delete(tenant, 'secret')).toBe(false);
    }
    expect(await text(files, 'a', 'secret')).toBe('mine');
  });

  it('finds nothing under what is no id', async () => {
    const files = make();
    await files.put('a', 'x', upload('x'));
    for (const id of ['', '../files/x', 'x/', '../../a/files/x', '.x', 'x\0', 'y'.repeat(500)]) {
      expect(await files.find('a', id)).toBeUndefined();
      expect(await files.delete('a', id)).toBe(false);
    }
  });
}

function upload(
  content: string | ReadableStream<Uint8Array>,
  more: Partial<FileUpload> = {},
): FileUpload {
  const body = typeof content === 'string' ? streamOf([bytesOf(content)]) : content;
  return { body, contentType: 'text/plain', maxBytes: 64 * MIB, ...more };
}

function streamOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = parts.filter((part) => part.length > 0);
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

function cut(bytes: Uint8Array, ends: readonly number[]): Uint8Array[] {
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Bytes without a pattern, the same every time. */
function noise(size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = 1;
  for (let index = 0; index < words.length; index += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = word;
  }
  return new Uint8Array(words.buffer, 0, size);
}

function bytesOf(content: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(content));
}

async function read(stream: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array> {
  if (stream === undefined) throw new Error('nothing to read');
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function text(files: Files, tenant: string, id: string): Promise<string | undefined> {
  const file = await files.find(tenant, id);
  if (file === undefined) return undefined;
  const range = { offset: 0, length: file.size };
  return new TextDecoder().decode(await read(await files.open(tenant, file, range)));
}

/** Large arrays take a matcher long to compare. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
