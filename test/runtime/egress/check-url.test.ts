/** Which addresses may be asked: every spelling of those that may not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublic, parseAddress } from '../../../src/runtime/egress/addresses.ts';
import { isReservedName } from '../../../src/runtime/egress/hosts.ts';
import { checkUrl, MAX_URL } from '../../../src/runtime/egress/check-url.ts';
import { parseHostRules, parseRanges, PUBLIC_HTTPS } from '../../../src/runtime/egress/settings.ts';
import type { AddressRange, EgressPolicy, HostRule } from '../../../src/runtime/ports.ts';

interface Written {
  readonly allowHttp?: boolean;
  readonly allow?: string;
  readonly deny?: string;
  readonly addresses?: string;
}

function policyOf({ allowHttp = false, allow, deny = '', addresses = '' }: Written): EgressPolicy {
  return {
    allowHttp,
    ...(allow !== undefined && { allowHosts: parseHostRules(allow) as HostRule[] }),
    denyHosts: parseHostRules(deny) as HostRule[],
    allowAddresses: parseRanges(addresses) as AddressRange[],
  };
}

function verdict(text: string, policy: Written = {}): string {
  const checked = checkUrl(text, policyOf(policy));
  return checked.ok ? checked.value.href : checked.error.code;
}

const DENIED = 'http_denied';

describe('checkUrl()', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['  https://example.com/a?b=c#d \n', 'https://example.com/a?b=c'],
    ['HTTPS://EXAMPLE.com./', 'https://example.com/'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['https://bücher.example.org/', 'https://xn--bcher-kva.example.org/'],
    ['https://1.1.1.1/', 'https://1.1.1.1/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
    ['https://[::ffff:1.1.1.1]/', 'https://[::ffff:101:101]/'],
    ['https:\\\\example.com\\a', 'https://example.com/a'],
    ['https://example.com/a b', 'https://example.com/a%20b'],
  ])('takes %s', (text, href) => {
    expect(verdict(text)).toBe(href);
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'javascript:alert(1)',
    'ws://example.com/',
    'blob:https://example.com/1',
    'gopher://example.com:70/',
    'example.com/path',
    '//example.com/',
    '/path',
    '',
    'https://',
    'https:///',
    'https://exa mple.com/',
    'https://example..com/',
    'https://.example.com/',
    'https://../',
    'https://example.com:99999/',
  ])('refuses what is no https address: %s', (text) => {
    expect(verdict(text)).toBe(DENIED);
  });

  it.each([
    'https://user@example.com/',
    'https://user:pass@example.com/',
    'https://:pass@example.com/',
    'https://example.com@evil.example.org/',
  ])('refuses a user or a password: %s', (text) => {
    expect(verdict(text)).toBe(DENIED);
  });

  it.each(['\r', '\n', '\t', '\0', '\u001f', '\u007f', '\r\nHost: evil.example.org\r\n\r\n'])(
    'refuses the control characters %j inside',
    (text) => {
      expect(verdict(`https://example.com/a${text}b`)).toBe(DENIED);
      expect(verdict(`https://exam${text}ple.com/`)).toBe(DENIED);
    },
  );

  it.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.1..',
    '127.0.0.1...',
    '0x7f.1..',
    '2130706433..',
    '①②⑦.1。。',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0X7F.0.0.1',
    '017700000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '0',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.169.254',
    '169.254.0.1',
    '0xa9fea9fe',
    '2852039166',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000::0001]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:10.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::1]',
    '[100::1]',
    '[2001::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::]',
    '[3fff::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fdff::1]',
    '[fe80::1]',
    '[fe80::1%25eth0]',
    '[fe80::1%eth0]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[4000::1]',
  ])('refuses the address %s', (host) => {
    expect(verdict(`https://${host}/`)).toBe(DENIED);
    expect(verdict(`https://${host}:8443/path`)).toBe(DENIED);
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost..',
    'ｌocalhost',
    'a.localhost',
    'localhost.localdomain',
    'printer.local',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata',
    'a.internal',
    'router.lan',
    'nas.home.arpa',
    'db',
    'x.test',
    'a.onion',
  ])('refuses the name %s', (host) => {
    expect(verdict(`https://${host}/`)).toBe(DENIED);
  });

  it.each(['localhost.example.com', 'local.example.com', 'internal.example.com', 'mylocal.com'])(
    'takes the name %s, which only looks local',
    (host) => {
      expect(verdict(`https://${host}/`)).toBe(`https://${host}/`);
    },
  );

  it.each([22, 25, 53, 110, 143, 465, 587, 3306, 5432, 6379, 11211, 6667, 0])(
    'refuses port %i',
    (port) => {
      expect(verdict(`https://example.com:${port}/`)).toBe(DENIED);
    },
  );

  it('refuses an address that is too long, and shows little of it', () => {
    const checked = checkUrl(`https://example.com/${'a'.repeat(MAX_URL)}`, PUBLIC_HTTPS);
    expect(checked.ok ? '' : checked.error.message.length).toBeLessThan(400);
  });

  it('shows neither query nor password in its message', () => {
    for (const text of ['http://example.com/?key=hidden', 'https://u:hidden@example.com/']) {
      const checked = checkUrl(text, PUBLIC_HTTPS);
      expect(checked.ok ? 'hidden' : checked.error.message).not.toContain('hidden');
    }
  });
});

describe('checkUrl() of anything', () => {
  const byte = fc.integer({ min: 0, max: 0xff });
  const spelt = (value: fc.Arbitrary<number>) =>
    fc.tuple(value, fc.constantFrom(8, 10, 16), fc.boolean()).map(([number, base, isUpper]) => {
      const digits = number.toString(base);
      const text = base === 8 ? `0${digits}` : base === 16 ? `0x${digits}` : digits;
      return isUpper ? text.toUpperCase() : text;
    });
  const v4 = fc.oneof(
    fc.tuple(spelt(byte), spelt(byte), spelt(byte), spelt(byte)),
    fc.tuple(spelt(byte), spelt(fc.integer({ min: 0, max: 0xff_ffff }))),
    fc.tuple(spelt(fc.integer({ min: 0, max: 0xffff_ffff }))),
  );
  const dots = fc.constantFrom('.', '。', '．', '%2e');
  const numeric = fc
    .tuple(v4, dots, fc.constantFrom('', '.', '..', '。', '...'))
    .map(([parts, dot, end]) => parts.join(dot) + end);
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const v6 = fc.oneof(
    fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => `[${groups.join(':')}]`),
    fc
      .tuple(fc.constantFrom('::', '::ffff:', '64:ff9b::', '::ffff:0:', 'fe80::'), fc.ipV4())
      .map((parts) => `[${parts.join('')}]`),
    fc.ipV6().map((text) => `[${text}]`),
  );
  const word = fc.constantFrom(
    'localhost',
    'local',
    'a',
    'internal',
    'example',
    'com',
    '0x7f',
    '1',
    '',
  );
  const name = fc.array(word, { maxLength: 5 }).map((words) => words.join('.'));
  const host = fc.oneof(numeric, v6, name, fc.string({ unit: 'grapheme', maxLength: 12 }));

  it('lets out no host that is not public, and is of the same mind about what it gives', () => {
    fc.assert(
      fc.property(host, fc.constantFrom('', ':443', ':8443'), fc.webPath(), (text, port, path) => {
        const checked = checkUrl(`https://${text}${port}${path}`, PUBLIC_HTTPS);
        if (!checked.ok) return;
        // What the platform is given is its text, which it reads afresh.
        const { hostname, protocol, username, password, href } = new URL(checked.value.href);
        const address = parseAddress(hostname);
        expect(address === undefined ? !isReservedName(hostname) : isPublic(address)).toBe(true);
        expect(hostname.endsWith('.')).toBe(false);
        expect([protocol, username, password]).toEqual(['https:', '', '']);
        expect(verdict(href)).toBe(href);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('checkUrl() under settings', () => {
  it.each<[string, string, Written]>([
    ['plain http', 'http://example.com/', { allowHttp: true }],
    ['a listed host', 'https://api.example.com/', { allow: 'api.example.com' }],
    ['a listed host in capitals', 'https://api.example.com/', { allow: 'API.Example.COM.' }],
    ['a host under a suffix', 'https://a.b.example.com/', { allow: 'x.org, *.example.com' }],
    ['a listed port', 'https://example.com:25/', { allow: 'example.com:25' }],
    ['a listed public address', 'https://1.1.1.1/', { allow: '1.1.1.1' }],
    ['a reserved name that is listed', 'https://ci.internal/', { allow: 'ci.internal' }],
    ['an address opted in', 'https://10.0.0.5/', { addresses: '10.0.0.5' }],
    ['an address opted in, over http', 'http://10.0.0.5:8080/', { addresses: '10.0.0.0/8' }],
    ['an IPv6 address opted in', 'https://[fd12::5]/', { addresses: 'fd12::/16' }],
    ['a mapped address opted in', 'https://[::ffff:10.0.0.5]/', { addresses: '10.0.0.0/8' }],
    ['a range in IPv6 spelling', 'https://10.0.0.5/', { addresses: '::ffff:10.0.0.0/104' }],
  ])('takes %s', (_what, text, written) => {
    expect(verdict(text, written)).toBe(
      text === 'https://[::ffff:10.0.0.5]/' ? 'https://[::ffff:a00:5]/' : text,
    );
  });

  it.each<[string, string, Written]>([
    ['a host that is not listed', 'https://example.org/', { allow: 'example.com' }],
    ['the suffix itself', 'https://example.com/', { allow: '*.example.com' }],
    [
      'a name that only ends like the suffix',
      'https://evilexample.com/',
      { allow: '*.example.com' },
    ],
    ['another port than the listed one', 'https://example.com/', { allow: 'example.com:8443' }],
    ['a denied host', 'https://a.example.com/', { deny: '*.example.com' }],
    [
      'a host denied and allowed',
      'https://example.com/',
      { allow: 'example.com', deny: 'example.com' },
    ],
    ['a denied address in another spelling', 'https://0x01010101/', { deny: '1.1.1.1' }],
    ['a private address that is listed only', 'https://10.0.0.5/', { allow: '10.0.0.5' }],
    ['a private address beside those opted in', 'https://10.0.0.6/', { addresses: '10.0.0.5' }],
    ['http by name where an address is opted in', 'http://example.com/', { addresses: '10.0.0.5' }],
    ['a reserved name under a suffix', 'https://ci.internal/', { allow: '*.internal' }],
    ['metadata that is opted in', 'http://169.254.169.254/', { addresses: '169.254.0.0/16' }],
    ['metadata in IPv6', 'http://[fd00:ec2::254]/', { addresses: 'fd00::/8' }],
    [
      'metadata by name',
      'https://metadata.google.internal/',
      { allow: 'metadata.google.internal' },
    ],
    ['metadata, mapped', 'https://[::ffff:169.254.169.254]/', { addresses: '169.254.169.254' }],
    ['an address opted in, on a port of mail', 'http://10.0.0.5:25/', { addresses: '10.0.0.5' }],
  ])('refuses %s', (_what, text, written) => {
    expect(verdict(text, written)).toBe(DENIED);
  });
});

describe('settings', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.256',
    'fd00::/129',
    '::ffff:10.0.0.0/8',
    'example.com',
    '10.0.0.0/',
    '/8',
    '01.2.3.4',
    '1::2::3',
  ])('are refused with the range %s', (text) => {
    expect(parseRanges(`10.0.0.1, ${text}`)).toEqual({ wrong: [text] });
  });

  it.each([
    'https://example.com',
    'a.com/path',
    'user@a.com',
    '*',
    '*.',
    'a.*.com',
    'a.com:0x1',
    'a.com:65536',
    '[::1',
    'a\\b',
  ])('are refused with the host %s', (text) => {
    expect(parseHostRules(`example.com ${text}`)).toEqual({ wrong: [text] });
  });

  it('may have commas and spaces, or nothing', () => {
    expect(parseRanges(' 10.0.0.0/8,fd00::1\n')).toEqual([
      { bytes: [10, 0, 0, 0], bits: 8 },
      { bytes: [0xfd, ...Array.from({ length: 14 }, () => 0), 1], bits: 128 },
    ]);
    expect(parseHostRules('')).toEqual([]);
  });
});
