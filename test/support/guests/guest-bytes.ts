/** Guests as the tests get them, in Node and in a Worker. */
import { inject } from 'vitest';
import type { Digest, PluginBytes } from '../../../src/runtime/ports.ts';

export function guestBytes(name: string): Uint8Array<ArrayBuffer> {
  const text = inject('guests')[name];
  if (text === undefined) throw new Error(`Cannot find the guest "${name}"`);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Stored bytes that count how often they are read. */
export function createTestBytes(): PluginBytes & { reads: number } {
  const stored = new Map<string, Uint8Array>();
  return {
    reads: 0,
    async put(tenant, hash, bytes) {
      stored.set(`${tenant}/${hash}`, bytes);
    },
    async get(tenant, hash) {
      this.reads += 1;
      return stored.get(`${tenant}/${hash}`);
    },
  };
}
