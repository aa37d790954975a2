/** What a plugin may do: what it asks for, as far as it is granted. */
import { describe, expect, it } from 'vitest';
import type { PluginAsks } from '../../src/core/plugin/asks.ts';
import { NO_GRANT, rightsOf, ungranted } from '../../src/runtime/plugin-rights.ts';
import type { PluginGrant } from '../../src/runtime/ports/grants.ts';

const asks = (more: Partial<PluginAsks>): PluginAsks => ({
  hosts: [],
  secrets: [],
  config: [],
  wasi: false,
  limits: {},
  ...more,
});
const grant = (more: Partial<PluginGrant>): PluginGrant => ({ ...NO_GRANT, ...more });

describe('hosts', () => {
  it.each<[string, string, string[]]>([
    ['a.example.com', 'a.example.com', ['a.example.com']],
    ['a.example.com', 'A.Example.Com.', ['a.example.com']],
    ['a.example.com', 'b.example.com', []],
    ['a.example.com', '*.example.com', ['a.example.com']],
    ['*.example.com', 'a.example.com', ['a.example.com']],
    ['*.example.com', '*.b.example.com', ['*.b.example.com']],
    ['*.b.example.com', '*.example.com', ['*.b.example.com']],
    ['*.example.com', 'example.com', []],
    ['example.com', '*.example.com', []],
    ['*.example.com', '*.example.org', []],
    ['*.example.com', 'badexample.com', []],
    ['a.example.com:8443', 'a.example.com:8443', ['a.example.com:8443']],
    ['a.example.com:443', 'a.example.com', ['a.example.com']],
    ['a.example.com', 'a.example.com:8443', []],
    ['a.example.com:8443', 'a.example.com', []],
    ['a.example.com', 'http://a.example.com', ['http://a.example.com']],
    ['a.example.com:8080', 'http://*.example.com:8080', ['http://a.example.com:8080']],
    ['10.0.0.5', '10.0.0.5', ['10.0.0.5']],
    ['*', '*.example.com', ['*.example.com']],
  ])('%s asked and %s granted is %j', (asked, granted, both) => {
    expect(rightsOf(asks({ hosts: [asked] }), grant({ hosts: [granted] })).hosts).toEqual(both);
  });

  it('each once, in an order of their own, so that the same rights have the same name', () => {
    const hosts = ['b.example.com', '*.example.com', 'a.example.com'];
    const rights = rightsOf(asks({ hosts }), grant({ hosts: ['a.example.com', 'b.example.com'] }));
    expect(rights.hosts).toEqual(['a.example.com', 'b.example.com']);
  });
});

describe('the rest', () => {
  const given = grant({ secrets: ['A', 'B'], config: { x: '1', constructor: '2' } });

  it('is what both name', () => {
    const asked = asks({ secrets: ['B', 'C'], config: ['x', '__proto__'], wasi: true });
    expect(rightsOf(asked, given)).toMatchObject({
      secrets: ['B'],
      config: { x: '1' },
      wasi: true,
    });
    expect(rightsOf(asks({}), given)).toMatchObject({ secrets: [], config: {}, wasi: false });
    expect(rightsOf(asked, { ...given, wasi: false }).wasi).toBe(false);
  });

  it('of whoever asks for whatever is granted is all of it', () => {
    const rights = rightsOf(asks({ secrets: ['*'], config: ['*'] }), given);
    expect(rights).toMatchObject({ secrets: ['A', 'B'], config: { x: '1', constructor: '2' } });
  });

  it('is nothing without a grant, or without asking', () => {
    const all = asks({ hosts: ['*'], secrets: ['*'], config: ['*'] });
    expect(rightsOf(all)).toEqual({ ...NO_GRANT, wasi: false });
    expect(rightsOf(undefined, given)).toEqual({ ...NO_GRANT, wasi: false });
  });
});

it('of limits the lowest holds, whoever set it', () => {
  const rights = rightsOf(
    asks({ limits: { fuel: 100, log_lines: 5 } }),
    grant({ limits: { fuel: 200, timeout_ms: 7 } }),
    { timeout_ms: 9, log_lines: 3 },
  );
  expect(rights.limits).toEqual({ fuel: 100, log_lines: 3, timeout_ms: 7 });
});

it('what is asked for and not granted is named', () => {
  const asked = asks({
    hosts: ['a.example.com', 'b.example.com', '*'],
    secrets: ['A', '*'],
    config: ['constructor'],
    wasi: true,
  });
  const given = grant({ hosts: ['*.example.com:8443', 'b.example.com'], wasi: false });
  expect(ungranted(asked, given)).toEqual([
    'host "a.example.com"',
    'secret "A"',
    'config "constructor"',
    'wasi',
  ]);
  expect(ungranted(undefined)).toEqual([]);
});
