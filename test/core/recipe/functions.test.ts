/** Function references are looked up, pinned, and compared with what nodes give them. */
import { describe, expect, it } from 'vitest';
import { fail } from '../../../src/core/errors.ts';
import type { Result } from '../../../src/core/errors.ts';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import type { NodeType, PinnedFunction } from '../../../src/core/recipe/plan.ts';

const PINNED: PinnedFunction = {
  plugin: 'text',
  version: '1.2.0',
  hash: 'ab',
  function: 'count',
  export: 'count',
  contentType: 'json',
  bundled: true,
  pure: true,
  input: { type: 'object', required: ['text'] },
};

function find(reference: string): Result<PinnedFunction> {
  if (reference === 'text.count' || reference === 'text.count@^1')
    return { ok: true, value: PINNED };
  if (reference === 'both') return fail('function_ambiguous', 'Cannot choose "both"');
  return fail('function_not_found', `Cannot find "${reference}"`);
}

function compile(nodes: string, isRunnable?: (type: NodeType) => boolean) {
  return compileRecipe({
    path: 'recipes/main.yaml',
    text: `name: r\nnodes:\n${nodes}`,
    sources: new Map(),
    prompts: new Map(),
    findFunction: find,
    functionNames: ['text.count'],
    ...(isRunnable === undefined ? {} : { isRunnable }),
  });
}

const findings = ({ diagnostics }: ReturnType<typeof compile>) =>
  diagnostics.map(({ code, severity, line, column, suggestion }) => [
    code,
    severity,
    `${line}:${column}`,
    suggestion,
  ]);

describe('function references', () => {
  it('are pinned by the reference as written', () => {
    const { plan } = compile(
      '  - {id: a, type: function_task, function_identifier: "text.count@^1", input: {text: x}}\n',
    );
    expect(plan?.functions).toEqual({ 'text.count@^1': PINNED });
  });

  it('are pinned in maps, reduces, tools and compensations', () => {
    const nodes = [
      '  - {id: a, type: map, over: [1], task: {type: function_task, function_identifier: text.count}}',
      '  - {id: b, type: reduce, over: [1], function_identifier: "text.count@^1"}',
      '  - {id: c, type: language_task, prompt: hi, tools: [nope.tool], compensate: nope.undo}',
    ];
    const compiled = compile(nodes.join('\n'));
    expect(findings(compiled)).toEqual([
      ['could_be_parallel', 'info', '4:10', 'edges: auto'],
      ['could_be_parallel', 'info', '5:10', 'edges: auto'],
      ['unknown_function', 'error', '5:54', undefined],
      ['unknown_function', 'error', '5:78', undefined],
    ]);
  });

  it('that do not exist are errors with the nearest name', () => {
    const compiled = compile('  - {id: a, type: function_task, function_identifier: text.cuont}\n');
    expect(findings(compiled)).toEqual([['unknown_function', 'error', '3:55', 'text.count']]);
  });

  it('that fit several plugins are errors', () => {
    const compiled = compile('  - {id: a, type: function_task, function_identifier: both}\n');
    expect(findings(compiled)).toEqual([['ambiguous_function', 'error', '3:55', undefined]]);
  });

  it('that are templates are left to the run', () => {
    const { plan, diagnostics } = compile(
      '  - {id: a, type: function_task, function_identifier: "{{ run.id }}"}\n',
    );
    expect(diagnostics).toEqual([]);
    expect(plan?.functions).toEqual({});
  });

  it('are given what they require, or a warning says so', () => {
    const compiled = compile(
      '  - {id: a, type: function_task, function_identifier: text.count, input: {txt: x}}\n',
    );
    expect(findings(compiled)).toEqual([['missing_function_input', 'warning', '3:75', undefined]]);
    expect(compiled.plan).toBeDefined();
  });

  it('without an input are not asked for one', () => {
    const compiled = compile('  - {id: a, type: function_task, function_identifier: text.count}\n');
    expect(compiled.diagnostics).toEqual([]);
  });
});

describe('node types', () => {
  it('that a release does not run are errors, also inside maps', () => {
    const nodes =
      '  - {id: a, type: wait, for: 1}\n  - {id: b, type: map, over: [1], task: {type: wait, for: 1}}\n';
    const compiled = compile(nodes, (type) => type !== 'wait');
    expect(findings(compiled)).toEqual([
      ['unsupported_type', 'error', '3:19', undefined],
      ['unsupported_type', 'error', '4:48', undefined],
    ]);
  });
});
