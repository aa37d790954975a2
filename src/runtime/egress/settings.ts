/** From settings as people write them to the policy of a server. */
import type { AddressRange, EgressPolicy, HostRule } from '../ports.ts';
import { parseRange } from './addresses.ts';
import { parseHostRule } from './hosts.ts';

/** Parts of a list that is separated by commas or spaces. */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

/** Every part as a rule, or the parts that are none. */
export function parseHostRules(text: string): readonly HostRule[] | { readonly wrong: string[] } {
  return parseAll(text, parseHostRule);
}

export function parseRanges(text: string): readonly AddressRange[] | { readonly wrong: string[] } {
  return parseAll(text, parseRange);
}

function parseAll<T>(
  text: string,
  parse: (part: string) => T | undefined,
): readonly T[] | { readonly wrong: string[] } {
  const parts = splitList(text);
  const wrong = parts.filter((part) => parse(part) === undefined);
  return wrong.length > 0 ? { wrong } : parts.flatMap((part) => parse(part) ?? []);
}

/** Every public host by `https:`. */
export const PUBLIC_HTTPS: EgressPolicy = { allowHttp: false, denyHosts: [], allowAddresses: [] };
