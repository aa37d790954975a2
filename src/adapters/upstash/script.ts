/** A script of ours on Redis: named by its digest, and told in full to a Redis that does not know it. */
import type { Redis } from '@upstash/redis/cloudflare';

export interface Script {
  run(redis: Redis, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}

export function createScript(text: string): Script {
  let digest: string | undefined;
  return {
    async run(redis, keys, args) {
      digest ??= await sha1(text);
      try {
        return await redis.evalsha<string[], unknown>(digest, [...keys], [...args]);
      } catch (error) {
        // Refused before anything of it ran, so whatever it does is done once.
        if (!isUnknown(error)) throw error;
        return await redis.eval<string[], unknown>(text, [...keys], [...args]);
      }
    },
  };
}

/** By how the answer begins: further on, the SDK's message quotes the command. */
function isUnknown(error: unknown): boolean {
  return error instanceof Error && /^(?:ERR )?NOSCRIPT\b/i.test(error.message);
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
