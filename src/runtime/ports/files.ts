/** Stored files. */
import type { Result } from '../../core/errors.ts';
import type { Digest, EpochMs, Tenant } from './names.ts';

/** What a caller has uploaded. */
export interface StoredFile {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes: the ETag. */
  readonly digest: Digest;
  readonly contentType: string;
  /** What a download is called. */
  readonly name?: string;
  readonly createdAt: EpochMs;
  /** From then on it is as if it were not there. Absent: it stays until it is deleted. */
  readonly expiresAt?: EpochMs;
  /** Where the bytes lie; another one with every put, so that a reader never sees two files mixed. */
  readonly blob: string;
}

export interface FileUpload {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly name?: string;
  /** Bytes; the stream is given up as soon as there are more. */
  readonly maxBytes: number;
  /** The digest that must be current, `*` for any, or `null` for none. */
  readonly ifMatch?: string | null;
  readonly expiresAt?: EpochMs;
  /** A run has made it. */
  readonly byRun?: true;
}

/** Files of any size, streamed both ways. A tenant sees its own only. */
export interface Files {
  /** `body_too_large`, `precondition_failed`. Rejects as the stream does; nothing is kept then. */
  put(
    tenant: Tenant,
    id: string,
    upload: FileUpload,
  ): Promise<Result<StoredFile & { readonly created: boolean }>>;
  find(tenant: Tenant, id: string): Promise<StoredFile | undefined>;
  /** Whether there is nothing because its time is over: until it is swept, that can be told. */
  hasExpired(tenant: Tenant, id: string): Promise<boolean>;
  /** Takes away what has expired, some at a time: goes on after a name, and gives the next one. */
  sweep(
    tenant: Tenant,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly deleted: number; readonly after?: string }>;
  /** A part of the bytes, cut off at their end. Undefined: they were replaced or deleted meanwhile. */
  open(
    tenant: Tenant,
    file: StoredFile,
    range: { readonly offset: number; readonly length: number },
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** False when there was none, or none with the digest `ifMatch`. */
  delete(tenant: Tenant, id: string, ifMatch?: Digest): Promise<boolean>;
}
