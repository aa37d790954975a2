/** Whether an address may be asked at all, before anything is resolved or sent. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { EgressPolicy } from '../ports.ts';
import { contains, isMetadata, isPublic, parseAddress } from './addresses.ts';
import {
  grantsUrl,
  isDeniedPort,
  isMetadataName,
  isReservedName,
  matchesHost,
  plainName,
  portOf,
} from './hosts.ts';

export const MAX_URL = 16_384;

/** The address as it is to be asked: normalised, without fragment. `base` is that of a redirect. */
export function checkUrl(text: string, policy: EgressPolicy, base?: URL): Result<URL> {
  const trimmed = text.trim();
  if (trimmed.length > MAX_URL) return deny(trimmed, `it is longer than ${MAX_URL} characters`);
  // The URL parser drops line breaks and tabs, so that what is read is not what is asked.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) return deny(trimmed, 'it has a control character');
  const url = parse(trimmed, base);
  if (url === undefined) return deny(trimmed, 'it is not an address');
  if (url.username !== '' || url.password !== '') {
    return fail('http_denied', 'Cannot request an address that has a user name or a password');
  }
  // Read again once it is plain: without its dots `0x7f.1..` is an address.
  url.hostname = plainName(url.hostname);
  const host = url.hostname;
  if (host.split('.').includes('')) return deny(trimmed, 'it names no host');
  url.hash = '';
  const why = whyDenied(url, host, policy);
  return why === undefined ? ok(url) : deny(url.href, why);
}

function parse(text: string, base: URL | undefined): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
}

function whyDenied(url: URL, host: string, policy: EgressPolicy): string | undefined {
  const address = parseAddress(host);
  const isOptedIn =
    address !== undefined && policy.allowAddresses.some((range) => contains(range, address));
  const isPlain = url.protocol === 'http:' && (policy.allowHttp || isOptedIn);
  if (url.protocol !== 'https:' && !isPlain) return 'only https:// is allowed';
  const port = portOf(url);
  if (isMetadataName(host) || (address !== undefined && isMetadata(address))) {
    return 'metadata of a machine is never to be had';
  }
  if (policy.granted?.some((grant) => grantsUrl(grant, url)) === false) {
    return 'its protocol, host and port are not granted';
  }
  if (policy.denyHosts.some((rule) => matchesHost(rule, host, port))) return 'its host is denied';
  const rule = policy.allowHosts?.find((each) => matchesHost(each, host, port));
  if (policy.allowHosts !== undefined && rule === undefined) return 'its host is not allowed';
  const isNamed = rule !== undefined && !rule.isSuffix;
  // A name that the settings spell out is theirs to answer for; what it resolves to is fenced elsewhere.
  const isLocal =
    address === undefined ? isReservedName(host) && !isNamed : !isPublic(address) && !isOptedIn;
  if (isLocal) return 'it is not an address of the public network';
  if (isDeniedPort(port) && rule?.port === undefined) return `port ${port} is not for HTTP`;
  return undefined;
}

function deny(address: string, why: string): Result<URL> {
  return fail('http_denied', `Cannot request "${showUrl(address)}": ${why}`);
}

/** An address without its query, which may hold what is secret, and of bounded length. */
export function showUrl(address: string): string {
  const shown = address.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return shown.slice(0, 200).replaceAll(/[\u0000-\u001f\u007f]/g, '�');
}
