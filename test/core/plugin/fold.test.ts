import { describe, expect, it } from 'vitest';
import { findPinned } from '../../../src/core/plugin/find-function.ts';
import { inspectModule } from '../../../src/core/plugin/inspect.ts';
import { checkManifest, loadManifest } from '../../../src/core/plugin/manifest.ts';
import type { PluginManifest } from '../../../src/core/plugin/manifest.ts';
import { wat } from '../../support/wasm/module.ts';

function manifestOf(entry: string): PluginManifest {
  const loaded = loadManifest(`{name: a, version: 1.0.0, functions: [${entry}]}`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

function issuesOf(entry: string, exports: readonly string[]): string[] {
  const functions = exports.map((name) => `(func (export "${name}") (result i32) (i32.const 0))`);
  const found = inspectModule(wat(`(module ${functions.join('')})`));
  if (!found.ok) throw new Error(found.error.message);
  return checkManifest(manifestOf(entry), found.value).map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
}

describe('a fold in a manifest', () => {
  it('needs its three exports, and not one of its own name', () => {
    const three = ['total_init', 'total_step', 'total_finish'];
    const missing = 'export_missing /functions/0/export';
    expect(issuesOf('{id: total, fold: true}', three)).toEqual([]);
    expect(issuesOf('{id: total, fold: true}', ['total', 'total_init'])).toEqual([
      missing,
      missing,
    ]);
    expect(issuesOf('{id: a, export: total, fold: true}', three)).toEqual([]);
    expect(issuesOf('{id: total}', three)).toEqual([missing]);
  });

  it('takes JSON', () => {
    const three = ['a_init', 'a_step', 'a_finish'];
    expect(issuesOf('{id: a, fold: true, content_type: text}', three)).toEqual([
      'fold_not_json /functions/0/content_type',
    ]);
  });

  it('alone takes chunks', () => {
    expect(issuesOf('{id: a, chunk: true}', ['a'])).toEqual([
      'chunk_without_fold /functions/0/chunk',
    ]);
  });

  it.each([
    ['{id: f}', undefined],
    ['{id: f, fold: true}', 'items'],
    ['{id: f, fold: true, chunk: true}', 'chunks'],
  ])('%s is pinned as %s', (entry, fold) => {
    const plugin = { name: 'a', version: '1.0.0', hash: '00', bundled: false };
    const found = findPinned([{ ...plugin, manifest: manifestOf(entry) }], 'a.f');
    expect(found.ok && found.value.fold).toBe(fold);
  });
});
