/** IP addresses as the URL parser writes them: which are public, and which lie in a range. */
import type { AddressRange } from '../ports.ts';

/** Four bytes, or sixteen. An IPv4 address in an IPv6 one (`::ffff:a.b.c.d`) counts as the IPv4 address. */
export type Address = readonly number[];

/**
 * Reads an address in its one canonical spelling, IPv6 with or without brackets. Give it what `URL`
 * made of a host: `URL` knows the decimal, octal, hexadecimal and short spellings.
 */
export function parseAddress(host: string): Address | undefined {
  return /^[\d.]+$/.test(host) ? parseV4(host) : parseV6(host.replace(/^\[(.*)\]$/, '$1'));
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) {
    return undefined;
  }
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

const GROUPS = 8;

function parseV6(text: string): Address | undefined {
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return contains(MAPPED, bytes) ? bytes.slice(12) : bytes;
}

const MAPPED: AddressRange = {
  bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0],
  bits: 96,
};

/** `10.0.0.0/8`, `fd00::/8`, or one address. Nothing for any other text. */
export function parseRange(text: string): AddressRange | undefined {
  const [, host = '', , bits] = /^([\d.]+|\[?[\da-f:.]+\]?)(\/(\d{1,3}))?$/i.exec(text) ?? [];
  const bytes = parseAddress(canonicalV6(host));
  if (bytes === undefined) return undefined;
  const most = bytes.length * 8;
  // A range that is written over a mapped address counts its bits from the IPv6 start.
  const offset = most === 32 && host.includes(':') ? 96 : 0;
  const length = bits === undefined ? most : Number(bits) - offset;
  return length >= 0 && length <= most ? { bytes, bits: length } : undefined;
}

/** An IPv6 address may end in a dotted IPv4 one, which `URL` knows how to read. */
function canonicalV6(host: string): string {
  if (!host.includes(':')) return host;
  const url = `http://[${host.replace(/^\[(.*)\]$/, '$1')}]`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** A range whose text is known to be one. */
function range(text: string): AddressRange {
  const parsed = parseRange(text);
  if (parsed === undefined) throw new Error(`Cannot read "${text}" as a range of addresses`);
  return parsed;
}

export function contains({ bytes, bits }: AddressRange, address: Address): boolean {
  if (bytes.length !== address.length) return false;
  return bytes.every((byte, index) => {
    const inByte = Math.min(8, Math.max(0, bits - index * 8));
    const mask = 0xff << (8 - inByte);
    return (byte & mask & 0xff) === ((address[index] ?? 0) & mask & 0xff);
  });
}

/** What the registries of IANA keep from the public network. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * Unicast of the public network is `2000::/3`: all else is loopback, local, multicast or a
 * translation. In it: protocols (Teredo among them), documentation, 6to4, documentation again.
 */
const SPECIAL_V6 = [
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];

/** Every range that is not public. */
export const SPECIAL_RANGES: readonly string[] = [...SPECIAL_V4, ...SPECIAL_V6];
const SPECIAL = SPECIAL_RANGES.map(range);

export function isPublic(address: Address): boolean {
  return !SPECIAL.some((special) => contains(special, address));
}

/** Where clouds keep the keys of a machine. */
export const METADATA_ADDRESSES: readonly string[] = [
  '169.254.169.254',
  '100.100.100.200',
  'fd00:ec2::254',
];
const METADATA = METADATA_ADDRESSES.map(range);

export function isMetadata(address: Address): boolean {
  return METADATA.some((one) => contains(one, address));
}
