/** The policy's addresses again, for a network that looks at what a name has resolved to. */
import type { AddressRange } from '../ports.ts';
import { contains, METADATA_ADDRESSES, parseRange, SPECIAL_RANGES } from './addresses.ts';

/**
 * Lists for workerd's `network`, where the most specific entry decides and a tie denies. Its own
 * `public` leaves out less than we do: translations of IPv4 (NAT64, 6to4) and documentation are in it.
 */
export function networkRules(optedIn: readonly string[]): {
  readonly allow: string[];
  readonly deny: string[];
} {
  const ranges = optedIn.flatMap((text) => parseRange(text) ?? []);
  const denied = SPECIAL_RANGES.filter((text) => {
    const special = parseRange(text);
    return special !== undefined && !ranges.some((wide) => covers(wide, special));
  });
  return {
    allow: ['public', ...ranges.map(showRange)],
    deny: [...denied, ...METADATA_ADDRESSES.map(single)],
  };
}

function covers(wide: AddressRange, narrow: AddressRange): boolean {
  return wide.bits <= narrow.bits && contains(wide, narrow.bytes);
}

function single(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function showRange({ bytes, bits }: AddressRange): string {
  if (bytes.length === 4) return `${bytes.join('.')}/${bits}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return `${groups.join(':')}/${bits}`;
}
