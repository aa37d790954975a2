/** Where a request comes from, as far as that can be trusted. */

/**
 * From the platform's own header, and there alone: anywhere else a client may have written it. Of
 * IPv6 the network, since whoever has one address has 2^64 of them.
 */
export function clientAddress(headers: Headers, platform: string | undefined): string | undefined {
  if (platform !== 'cloudflare') return undefined;
  const address = headers.get('cf-connecting-ip')?.trim().toLowerCase();
  if (address === undefined || address === '' || address.length > 45) return undefined;
  return address.includes(':') ? networkOf(address) : address;
}

/** The first 64 bits of an address, whichever way it is written. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const first = head.split(':').filter((group) => group !== '');
  const last = (tail ?? '').split(':').filter((group) => group !== '');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: gap }, () => '0'), ...last];
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
