/** Pages of a listing: `{data, has_more, next_cursor}`, and the same as a `Link`. */
import type { Context } from 'hono';

export interface Page<T> {
  readonly data: readonly T[];
  /** Where the next page starts; null at the end. */
  readonly next: string | null;
}

export function sendPage<T>(c: Context, { data, next }: Page<T>): Response {
  if (next !== null) {
    const url = new URL(c.req.url);
    url.searchParams.set('cursor', next);
    c.header('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return c.json({ data, has_more: next !== null, next_cursor: next });
}

/** A page of a list that is at hand as a whole, sorted by `keyOf`. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<T> {
  const rest = cursor === undefined ? all : all.filter((item) => keyOf(item) > cursor);
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  return { data, next: last === undefined || rest.length <= limit ? null : keyOf(last) };
}
