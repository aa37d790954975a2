import { describe, expect, it } from 'vitest';
import type { ModuleInfo } from '../../../src/core/plugin/inspect.ts';
import { inspectModule } from '../../../src/core/plugin/inspect.ts';
import {
  checkManifest,
  defaultManifest,
  findManifestSection,
  loadManifest,
} from '../../../src/core/plugin/manifest.ts';
import { custom, moduleOf, wat } from '../../support/wasm/module.ts';

const FULL = `name: text-tools
version: 1.2.0
description: Words and such
license: Apache-2.0
x-bundled: true
functions:
  - id: word_count
    description: Counts
    input: {type: object, required: [text], properties: {text: {type: string}}}
    output:
      type: object
    pure: true
  - id: other
    export: run_other
    content_type: bytes
    batch: true
    chunk: true
capabilities:
  hosts: [api.example.com, "*.example.org", "example.com:8443"]
  secrets: [API_KEY]
  config: [language]
  wasi: true
limits:
  fuel: 1000000
  timeout_ms: 5000
`;

function info(text: string): ModuleInfo {
  const found = inspectModule(wat(text));
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

describe('loadManifest()', () => {
  it('reads every field and fills in the defaults', () => {
    const loaded = loadManifest(FULL);
    expect(loaded).toMatchObject({
      ok: true,
      value: {
        name: 'text-tools',
        version: '1.2.0',
        functions: [
          {
            id: 'word_count',
            export: 'word_count',
            content_type: 'json',
            pure: true,
            batch: false,
          },
          { id: 'other', export: 'run_other', content_type: 'bytes', batch: true, chunk: true },
        ],
        capabilities: {
          hosts: ['api.example.com', '*.example.org', 'example.com:8443'],
          secrets: ['API_KEY'],
          config: ['language'],
          wasi: true,
        },
        limits: { fuel: 1_000_000, timeout_ms: 5000 },
      },
    });
  });

  it('reads JSON', () => {
    const text = JSON.stringify(
      { name: 'a', version: '0.1.0', functions: [{ id: 'f' }] },
      null,
      '\t',
    );
    expect(loadManifest(text)).toMatchObject({
      ok: true,
      value: { name: 'a', capabilities: { hosts: [], wasi: false }, limits: {} },
    });
  });

  it.each([
    ['name: [', 'yaml_syntax', 1, 8],
    ['name: a\nname: b\nversion: 1.0.0', 'duplicate_key', 2, 1],
    ['version: 1.0.0', 'missing_key', 1, 1],
    ['name: 5\nversion: 1.0.0', 'wrong_type', 1, 7],
    ['name: a\nversion: v1.0.0', 'invalid_value', 2, 10],
    ['name: a\nversion: 1.0', 'wrong_type', 2, 10],
    ['name: a.b\nversion: 1.0.0', 'invalid_value', 1, 7],
    ['name: ../a\nversion: 1.0.0', 'invalid_value', 1, 7],
    ['name: A b\nversion: 1.0.0', 'invalid_value', 1, 7],
    ['name: a\nversion: 1.0.0\nfunction: []', 'unknown_key', 3, 1],
    ['name: a\nversion: 1.0.0\nfunctions:\n  - id: f\n    ouput: {}', 'unknown_key', 5, 5],
    ['name: a\nversion: 1.0.0\nfunctions: [{id: f}, {id: f}]', 'duplicate_function', 3, 27],
    ['name: a\nversion: 1.0.0\nfunctions:\n  - export: f', 'missing_key', 4, 5],
    ['name: a\nversion: 1.0.0\nfunctions:\n  - id: __proto__', 'invalid_value', 4, 9],
    ['name: a\nversion: 1.0.0\n__proto__: {}', 'unknown_key', 3, 1],
    ['name: a\nversion: 1.0.0\nlimits: {fuel: 200000001}', 'invalid_value', 3, 16],
    ['name: a\nversion: 1.0.0\nlimits: {fuel: .inf}', 'wrong_type', 3, 16],
    ['name: a\nversion: 1.0.0\ncapabilities: {hosts: ["http://a.b"]}', 'invalid_value', 3, 24],
    ['name: a\nversion: 1.0.0\ncapabilities: {hosts: ["*."]}', 'invalid_value', 3, 24],
    ['name: a\nversion: 1.0.0\ncapabilities: {hosts: ["*.com"]}', 'invalid_value', 3, 24],
    ['name: a\nversion: 1.0.0\ncapabilities: {hosts: ["a.b@c.d"]}', 'invalid_value', 3, 24],
    ['name: &n [*n]\nversion: 1.0.0', 'too_deep', 1, 1],
    ['name: *n\nversion: 1.0.0', 'anchor', 1, 1],
    ['name: a\n---\nversion: 1.0.0', 'yaml_syntax', 2, 1],
    ['- a', 'wrong_type', 1, 1],
    ['', 'wrong_type', 1, 1],
  ])('refuses %j with %s at %s:%s', (text, code, line, column) => {
    const loaded = loadManifest(text);
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    const [first] = loaded.error;
    expect([first?.code, first?.line, first?.column]).toEqual([code, line, column]);
  });

  it('reads aliases, as long as they do not unfold into too much', () => {
    const head = 'name: a\nversion: 1.0.0\nfunctions:\n  - {id: f, input: &s {type: object}}\n';
    const loaded = loadManifest(`${head}  - {id: g, input: *s}`);
    expect(loaded).toMatchObject({
      ok: true,
      value: { functions: [{ input: { type: 'object' } }, { input: { type: 'object' } }] },
    });
    const levels = Array.from({ length: 30 }, (_, i) => `x-${i + 1}: &l${i + 1} [*l${i}, *l${i}]`);
    const bomb = loadManifest(`x-0: &l0 [1]\n${levels.join('\n')}`);
    expect(bomb.ok).toBe(false);
    if (!bomb.ok) expect(['too_large', 'anchor']).toContain(bomb.error[0]?.code);
  });

  it.each([
    ['many open brackets', '[[[['.repeat(10_000), 'too_deep'],
    ['many lists on one line', '- '.repeat(10_000), 'too_deep'],
    ['many mappings on one line', '? '.repeat(10_000), 'too_deep'],
    [
      'deep indentation',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      'too_deep',
    ],
    ['a long text', ' '.repeat(300_000), 'too_large'],
  ])('refuses %s before it is parsed', (_name, text, code) => {
    expect(loadManifest(text)).toMatchObject({ ok: false, error: [{ code }] });
  });

  it.each([
    ['extensions', 'x-', undefined],
    ['unknown keys', 'y', 'unknown_key'],
  ])('reads 15 000 %s in time that grows with their number', (_name, prefix, code) => {
    const keys = Array.from({ length: 15_000 }, (_, i) => `${prefix}${i}: 1`);
    const loaded = loadManifest(`name: a\nversion: 1.0.0\n${keys.join('\n')}`);
    expect(loaded.ok ? undefined : loaded.error[0]?.code).toBe(code);
    expect(loaded.ok ? 0 : loaded.error.length).toBeLessThanOrEqual(20);
  });

  it('suggests the key that was meant', () => {
    const loaded = loadManifest('name: a\nversion: 1.0.0\nlicence: MIT');
    expect(loaded).toMatchObject({ ok: false, error: [{ suggestion: 'license' }] });
  });
});

describe('checkManifest()', () => {
  const GUEST = `(module
    (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
    (func (export "run") (result i32) (i32.const 0))
    (func (export "add") (param i32) (result i32) (i32.const 0))
    (func (export "_start")))`;

  it('accepts what defaultManifest() makes of the same module', () => {
    const module = info(GUEST);
    const manifest = defaultManifest('a', '1.0.0', module);
    expect(manifest.functions.map(({ id }) => id)).toEqual(['run']);
    expect(checkManifest(manifest, module)).toEqual([]);
  });

  it.each([
    ['rum', 'export_missing', 'run'],
    ['add', 'export_type', undefined],
    ['_start', 'reserved_export', undefined],
    ['constructor', 'export_missing', undefined],
  ])('refuses the export %s with %s', (name, code, suggestion) => {
    const loaded = loadManifest(
      `{name: a, version: 1.0.0, functions: [{id: f, export: ${name}}], capabilities: {wasi: true}}`,
    );
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
    const issues = checkManifest(loaded.value, info(GUEST));
    expect(issues.map((issue) => [issue.code, issue.pointer, issue.suggestion])).toEqual([
      [code, '/functions/0/export', suggestion],
    ]);
  });

  it('refuses WASI that was not asked for, and a plugin without functions', () => {
    const loaded = loadManifest('{name: a, version: 1.0.0}');
    if (!loaded.ok) throw new Error('no manifest');
    expect(checkManifest(loaded.value, info(GUEST)).map(({ code }) => code)).toEqual([
      'no_functions',
      'wasi_not_requested',
    ]);
  });
});

describe('findManifestSection()', () => {
  it('finds the text that a module carries', () => {
    const contents = [...new TextEncoder().encode('name: ä€😀')];
    const bytes = moduleOf(custom('plugin.yaml', contents));
    const found = inspectModule(bytes);
    if (!found.ok) throw new Error(found.error.message);
    expect(findManifestSection(bytes, found.value)).toBe('name: ä€😀');
  });

  it('is undefined without one', () => {
    const bytes = moduleOf(custom('plugin.yml'));
    const found = inspectModule(bytes);
    if (!found.ok) throw new Error(found.error.message);
    expect(findManifestSection(bytes, found.value)).toBeUndefined();
  });
});
