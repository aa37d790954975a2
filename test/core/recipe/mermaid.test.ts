import { describe, expect, it } from 'vitest';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { mermaidOf } from '../../../src/core/recipe/mermaid.ts';

function drawn(text: string): string[] {
  const { plan, diagnostics } = compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(),
    prompts: new Map(),
  });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return mermaidOf(plan.graph)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

const HEAD = 'name: r\nuser_inputs: [{id: again, type: json}]\nnodes:\n';
const TWO = `${HEAD}  - {id: a, type: function_task, function_identifier: p.f}\n  - {id: b, type: wait, for: 1}\n`;

describe('mermaidOf', () => {
  it('draws nodes by their type, entries, ends and loops', () => {
    expect(
      drawn(`${TWO}edges: ["START to a", "a to b", "b to a if again", "b to END if not again"]`),
    ).toEqual([
      'flowchart TD',
      'start(["START"])',
      'n0["a<br/>function_task p.f"]',
      'n1(["b<br/>wait"])',
      'finish(["END"])',
      'start --> n0',
      'n0 --> n1',
      'n1 -.->|"again"| n0',
      'n1 -->|"not again"| finish',
    ]);
  });

  it('says what a map does and when a node runs', () => {
    const lines = drawn(
      `${HEAD}  - {id: m, type: map, over: [1], when: again, task: {type: language_task, prompt: hi}}`,
    );
    expect(lines).toContain('n0[["m<br/>map of language_task<br/>when again"]]');
  });

  it.each([
    ['quotes', `again == 'x"]; click n0 href y'`],
    ['line breaks', 'again ==\n  1'],
    ['a directive', `again == '%%{init: {}}%%'`],
    ['markup', `again == '<img src=x onerror=alert(1)>'`],
    ['numbers of characters', `again == '#quot;#34;'`],
    ['backticks', "again == '`**x**`'"],
    ['pipes and brackets', `again == '|]})'`],
  ])('keeps %s within a label', (_what, condition) => {
    const text = `${TWO}edges:\n  - {from: a, to: b, condition: ${JSON.stringify(condition)}}`;
    const lines = drawn(text);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatch(/^n0 -->\|"(?:[\p{L}\p{N} _.,=+*/()'?!-]|#\d+;)*"\| n1$/u);
  });

  it('clips what is long, and keeps letters of every script', () => {
    const long = `${TWO}edges:\n  - {from: a, to: b, condition: "again == '語ä${'x'.repeat(500)}'"}`;
    const last = drawn(long).at(-1) ?? '';
    expect(last).toContain("again == '語ä");
    expect(last.length).toBeLessThan(160);
  });
});
