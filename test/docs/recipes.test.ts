/** Every recipe in the documents compiles without a finding, against the plugins of this release. */
import { describe, expect, it } from 'vitest';
import { compileExample, examples } from './examples.ts';

describe('recipes in the documents', () => {
  it('are many', () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  it.each(examples)('$place compiles without a finding', (example) => {
    const { plan, diagnostics } = compileExample(example);
    expect(diagnostics).toEqual([]);
    expect(plan).toBeDefined();
  });
});
