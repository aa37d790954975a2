/** SHA-256, and comparing digests in constant time. */
import type { Digests } from '../../runtime/ports.ts';

export function createDigests(): Digests {
  const encoder = new TextEncoder();
  return {
    async sha256(data) {
      const bytes = typeof data === 'string' ? encoder.encode(data) : new Uint8Array(data);
      const digest = await crypto.subtle.digest('SHA-256', bytes);
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    equal(a, b) {
      const left = encoder.encode(a);
      const right = encoder.encode(b);
      // It refuses unequal lengths, and the length of a digest is no secret.
      return left.length === right.length && crypto.subtle.timingSafeEqual(left, right);
    },
  };
}
