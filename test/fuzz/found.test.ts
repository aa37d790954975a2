/** Inputs that broke a promise once. Each was found by the fuzzer. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/core/plugin/manifest.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';

function diagnose(text: string) {
  return compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(),
    prompts: new Map(),
  }).diagnostics;
}

const lastLine = (text: string): number => text.split('\n').length;

describe('places', () => {
  it.each(["[}'\n\n\n\n", '""e\nr\n', "a: [}\nb: '\n\nc\n"])(
    'of faults lie inside the text after a line that cannot be read: %j',
    (text) => {
      for (const { line = 0, end_line = 0, end_column = 0 } of diagnose(text)) {
        expect(line).toBeGreaterThan(0);
        expect(end_line).toBeLessThanOrEqual(lastLine(text));
        const { length } = text.split('\n')[end_line - 1]!;
        expect(end_column).toBeLessThanOrEqual(length + 1);
      }
    },
  );

  it('of a manifest lie inside its text', () => {
    const text = 'name: p\n{\n';
    const loaded = loadManifest(text);
    for (const { line = 0 } of loaded.ok ? [] : loaded.error) {
      expect(line).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(lastLine(text));
    }
    expect(loaded.ok).toBe(false);
  });
});

describe('what the compiler says of one text', () => {
  const node = (input: string): string =>
    `{"name": "r", "nodes": [{"id": "a", "type": "wait", "for": 1, "input": ${input}}]}`;

  it('stays small when a long key stands above many faults', () => {
    const faults = Array.from({ length: 300 }, () => '"{{"').join(',');
    const diagnostics = diagnose(node(`{"${'k'.repeat(100_000)}": [${faults}]}`));
    expect(diagnostics.map(({ code }) => code)).toContain('yaml_key');
    expect(JSON.stringify(diagnostics).length).toBeLessThan(400_000);
  });

  it('quotes no more than a part of a long text', () => {
    for (const text of [
      `name: r\n${'k'.repeat(1000)}😀: 1\nnodes: []`,
      `a: "${'\\q'.repeat(5000)}"`,
    ]) {
      for (const { detail } of diagnose(text)) expect(detail.length).toBeLessThanOrEqual(1000);
    }
  });
});
