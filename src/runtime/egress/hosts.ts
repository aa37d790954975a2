/** Host names: rules of settings and grants, and the names that never lead to the public network. */
import type { HostGrant, HostRule } from '../ports.ts';

const PORT_MOST = 65_535;

/** `name`, `*.name` or an address, each with an optional `:port`. Nothing for any other text. */
export function parseHostRule(text: string): HostRule | undefined {
  const [, wild, host = '', port] =
    /^(\*\.)?(\[[\da-f:.]+\]|[^\s/:@?#[\]*\\]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const url = `https://${host}`;
  if (host === '' || !URL.canParse(url) || Number(port ?? 1) > PORT_MOST) return undefined;
  return {
    name: plainName(new URL(url).hostname),
    isSuffix: wild !== undefined,
    ...(port !== undefined && { port: Number(port) }),
  };
}

/** As a host rule; `http://` in front of it means that protocol, and nothing means `https:`. */
export function parseHostGrant(text: string): HostGrant | undefined {
  const [, plain, rest = ''] = /^(http:\/\/)?(.*)$/s.exec(text) ?? [];
  const rule = parseHostRule(rest);
  if (rule === undefined) return undefined;
  const isPlain = plain !== undefined;
  const port = rule.port ?? (isPlain ? 80 : 443);
  return { ...rule, port, protocol: isPlain ? 'http:' : 'https:' };
}

export function grantsUrl(grant: HostGrant, url: URL): boolean {
  return (
    grant.protocol === url.protocol && matchesHost(grant, plainName(url.hostname), portOf(url))
  );
}

export function portOf({ port, protocol }: URL): number {
  return Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port);
}

/** What both grant; undefined when that is nothing. */
export function commonGrant(a: HostGrant, b: HostGrant): HostGrant | undefined {
  if (a.port !== b.port || a.protocol !== b.protocol) return undefined;
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/** Whether every host of `b` is one of `a`. */
function covers(a: HostRule, b: HostRule): boolean {
  if (!a.isSuffix) return !b.isSuffix && a.name === b.name;
  return b.name.endsWith(`.${a.name}`) || (b.isSuffix && b.name === a.name);
}

export function showGrant({ name, isSuffix, port, protocol }: HostGrant): string {
  const shownPort = port === (protocol === 'https:' ? 443 : 80) ? '' : `:${port}`;
  return `${protocol === 'http:' ? 'http://' : ''}${isSuffix ? '*.' : ''}${name}${shownPort}`;
}

/** A name with its closing dot is the same host. */
export function plainName(host: string): string {
  return host.replace(/\.+$/, '');
}

export function matchesHost({ name, isSuffix, port }: HostRule, host: string, at: number): boolean {
  if (port !== undefined && port !== at) return false;
  return isSuffix ? host.endsWith(`.${name}`) : host === name;
}

/** Ends of names that public DNS does not delegate: they are answered by a machine or a local network. */
const RESERVED = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'home.arpa',
  'test',
  'invalid',
  'onion',
];

/** Whether a name is one of this machine, of a local network, or of none. A single word always is. */
export function isReservedName(host: string): boolean {
  return !host.includes('.') || RESERVED.some((end) => host.endsWith(`.${end}`));
}

/** Where clouds keep the keys of a machine, by name. */
export function isMetadataName(host: string): boolean {
  return /^(?:metadata\.google\.internal|metadata\.goog|instance-data(?:\.ec2\.internal)?)$/.test(
    host,
  );
}

/** Ports of services that speak no HTTP but may take a line of it for a command. */
const DENIED_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389,
  427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
  873, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 3306, 3389, 3659, 4045, 4190, 5060,
  5061, 5432, 5900, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211, 27017,
]);

export function isDeniedPort(port: number): boolean {
  return port < 1 || DENIED_PORTS.has(port);
}
