/** Cache entries on Upstash. */
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { CacheHit, CacheLease, CacheStore } from '../../runtime/ports/cache.ts';
import { EPOCHS_SCRIPT, INVALIDATE_SCRIPT, RELEASE_SCRIPT, TAKE_SCRIPT } from './cache-scripts.ts';
import type { Connection } from './connection.ts';
import { entryText, readEntry } from './entry.ts';
import { createScript } from './script.ts';

export interface UpstashCacheDeps {
  readonly connection: Connection;
  readonly clock: Pick<Clock, 'now'>;
}

const takeScript = createScript(TAKE_SCRIPT);
const releaseScript = createScript(RELEASE_SCRIPT);
const epochsScript = createScript(EPOCHS_SCRIPT);
const invalidateScript = createScript(INVALIDATE_SCRIPT);

interface Asked {
  readonly tenant: Tenant;
  readonly key: string;
  readonly ms: number;
  readonly holder: string;
  readonly tags: readonly string[];
}

interface Answer {
  readonly hit: CacheHit | undefined;
  readonly isMine: boolean;
  readonly epochs: CacheLease['epochs'];
}

export function createUpstashCacheStore({ connection, clock }: UpstashCacheDeps): CacheStore {
  const nameOf = (kind: 'entry' | 'lease' | 'tag', tenant: Tenant, name: string): string =>
    `${connection.prefix}:${kind}:${encodeURIComponent(tenant)}:${name}`;

  const now = (): string => String(Math.floor(clock.now()));

  async function take({ tenant, key, ms, holder, tags }: Asked, isSecond = false): Promise<Answer> {
    const keys = [
      nameOf('entry', tenant, key),
      nameOf('lease', tenant, key),
      ...tags.map((tag) => nameOf('tag', tenant, tag)),
    ];
    const args = [now(), String(ms), holder];
    const { text, isMine, epochs } = await connection.ask(
      async (redis) => readTaken(await takeScript.run(redis, keys, args)),
      // Whoever asks again for a lease gets the one that he has.
      { again: true },
    );
    const hit = text === '' ? undefined : readEntry(text);
    if (text !== '' && hit === undefined && !isSecond) {
      // Corrupt: gone, and asked for once more, so that whoever misses it gets the lease.
      await remove(tenant, key);
      return take({ tenant, key, ms, holder, tags }, true);
    }
    return {
      hit,
      isMine,
      epochs: Object.fromEntries(tags.map((tag, index) => [tag, Number(epochs[index] ?? 0)])),
    };
  }

  async function remove(tenant: Tenant, key: string): Promise<void> {
    await connection.ask((redis) => redis.del(nameOf('entry', tenant, key)), { again: true });
  }

  async function epochsOf(names: readonly string[]): Promise<readonly unknown[]> {
    return connection.ask(
      async (redis) => {
        const epochs = await epochsScript.run(redis, names, [now()]);
        if (!Array.isArray(epochs)) throw new Error('Cannot read the answer');
        return epochs;
      },
      { again: true },
    );
  }

  return {
    source: 'redis',
    async find(tenant, key) {
      return (await take({ tenant, key, ms: 0, holder: '', tags: [] })).hit;
    },
    async take(tenant, key, { ms, holder, tags }) {
      const { hit, isMine, epochs } = await take({ tenant, key, ms, holder, tags });
      return {
        ...(hit !== undefined && { hit }),
        ...(isMine && { lease: { holder, epochs } }),
      };
    },
    async set(tenant, key, entry) {
      const names = entry.tags.map((tag) => nameOf('tag', tenant, tag));
      const epochs = entry.epochs ?? {};
      // `__proto__` is a name like others.
      const given = entry.tags.map((tag) => (Object.hasOwn(epochs, tag) ? epochs[tag] : undefined));
      const known = given.includes(undefined) ? await epochsOf(names) : given;
      const tags = names.map((name, index) => [name, String(known[index])] as const);
      const text = entryText(entry, tags);
      const px = Math.max(1, Math.ceil(entry.deadUntil - clock.now()));
      await connection.ask((redis) => redis.set(nameOf('entry', tenant, key), text, { px }), {
        again: true,
      });
    },
    delete: remove,
    async invalidate(tenant, tags) {
      if (tags.length === 0) return;
      const keys = tags.map((tag) => nameOf('tag', tenant, tag));
      await connection.ask(async (redis) => {
        const done = await invalidateScript.run(redis, keys, [now()]);
        if (Number(done) !== keys.length) throw new Error('Cannot read the answer');
      });
    },
    async release(tenant, key, { holder }) {
      const lease = nameOf('lease', tenant, key);
      await connection.ask((redis) => releaseScript.run(redis, [lease], [holder]), {
        again: true,
      });
    },
  };
}

/** Throws unless the answer is what the script gives. */
function readTaken(answer: unknown): {
  readonly text: string;
  readonly isMine: boolean;
  readonly epochs: readonly unknown[];
} {
  const [text, lease, epochs]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (typeof text !== 'string' || !Array.isArray(epochs)) {
    throw new Error('Cannot read the answer: it is not of the script');
  }
  return { text, isMine: Number(lease) === 1, epochs };
}
