/** Conditional requests: entity tags as RFC 9110 has them. */
import { ComposerError } from '../core/errors.ts';
import type { Digest } from '../runtime/ports.ts';

const TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7e]*"\s*)*$/;

export function entityTag(digest: Digest): string {
  return `"${digest}"`;
}

/**
 * The digest that must be current for a write, `*` for any, `null` for none, undefined without a
 * condition. Of a list, the entry that is current now; the write checks it once more.
 */
export async function writeCondition(
  headers: Headers,
  current: () => Promise<Digest | undefined>,
): Promise<string | null | undefined> {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  if (ifMatch !== null && ifNoneMatch !== null) {
    throw new ComposerError('bad_request', 'Cannot use If-Match and If-None-Match together');
  }
  if (ifNoneMatch !== null) {
    if (ifNoneMatch.trim() === '*') return null;
    throw new ComposerError('bad_request', 'Cannot write with If-None-Match other than "*"');
  }
  if (ifMatch === null) return undefined;
  if (ifMatch.trim() === '*') return '*';
  const digests = strongTags(ifMatch);
  const [only] = digests;
  if (only !== undefined && digests.length === 1) return only;
  const now = await current();
  if (now !== undefined && digests.includes(now)) return now;
  throw new ComposerError(
    'precondition_failed',
    'Cannot write: no entity tag of If-Match is current',
  );
}

/** Whether what the caller has is what there is. Weak comparison, as for every read. */
export function isNotModified(headers: Headers, tag: string): boolean {
  const header = headers.get('if-none-match');
  if (header === null) return false;
  if (header.trim() === '*') return true;
  return tagsOf(header).some((one) => one.replace(/^W\//, '') === tag);
}

/** A weak tag never matches for a write. */
function strongTags(header: string): string[] {
  if (!TAGS.test(header)) {
    throw new ComposerError(
      'bad_request',
      'Cannot read If-Match: it must be "*" or quoted entity tags',
    );
  }
  return tagsOf(header)
    .filter((tag) => !tag.startsWith('W/'))
    .map((tag) => tag.slice(1, -1));
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
