/** Tells loopback addresses from everything that only looks like one. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const NAME = `localhost|127(?:\\.${OCTET}){3}`;
const PORT = '(?::\\d{1,5})?';
const AUTHORITY = new RegExp(`^(?:${NAME}|\\[::1\\])${PORT}$`, 'i');
const ADDRESS = new RegExp(`^(?:${NAME}|::1|\\[::1\\])$`, 'i');

/** An address or name to listen on, without a port. */
export function isLoopbackAddress(address: string): boolean {
  return ADDRESS.test(address);
}

/**
 * A `Host` header. Only the plain spellings: browsers normalise all others away, so what is left
 * (`127.1`, `2130706433`, a trailing dot) is not a person's doing.
 */
export function isLoopbackHost(host: string): boolean {
  return AUTHORITY.test(host);
}

/** An `Origin` header; `null`, which a sandboxed page sends, is foreign. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/(.*)$/i.exec(origin);
  return match !== null && isLoopbackHost(match[1] ?? '');
}
