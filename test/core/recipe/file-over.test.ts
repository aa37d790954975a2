/** `over: {file, chunk}`, and which functions may go over what, as the compiler sees it. */
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/core/errors.ts';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import type { PinnedFunction } from '../../../src/core/recipe/plan.ts';

const FOLDS: { readonly [name: string]: PinnedFunction['fold'] } = {
  items: 'items',
  chunks: 'chunks',
};

function compile(node: string) {
  return compileRecipe({
    path: 'recipes/a.yaml',
    text: `
name: a
user_inputs: [{id: doc, type: file}, {id: n, type: int, default: 3}]
nodes:
  - ${node}
`,
    sources: new Map(),
    prompts: new Map(),
    findFunction: (reference) => {
      const fold = FOLDS[reference];
      return ok({
        plugin: 'test',
        version: '1.0.0',
        hash: '00',
        function: reference,
        export: reference,
        contentType: 'json',
        bundled: true,
        pure: true,
        ...(fold && { fold }),
      });
    },
  });
}

function findings(node: string): string[] {
  return compile(node).diagnostics.map(({ code, pointer }) => `${code} ${pointer}`);
}

const reduce = (over: string, fn = 'chunks') =>
  `{id: r, type: reduce, over: ${over}, function_identifier: ${fn}}`;
const map = (over: string, task = '{type: function_task, function_identifier: plain}') =>
  `{id: m, type: map, over: ${over}, task: ${task}}`;

describe('over a file', () => {
  it.each([
    reduce('{file: doc, chunk: {by: lines, size: 100}}'),
    reduce('{file: doc, chunk: {by: bytes}}'),
    reduce('{file: "{{ doc }}", chunk: {by: sentences, size: n}}'),
    reduce('{file: doc, chunk: {by: lines, size: "{{ n * 2 }}"}}'),
    map('{file: doc, chunk: {by: bytes, size: 1048576}}'),
    // The values of a map, as ever.
    reduce('{file: doc, other: n}', 'items'),
  ])('%s has nothing to find fault with', (node) => {
    expect(findings(node)).toEqual([]);
  });

  it('keeps the unit although an output is called so', () => {
    const { plan } = compile(reduce('{file: doc, chunk: {by: lines, size: n}}'));
    expect(plan?.graph.nodes[0]).toMatchObject({
      over: { file: 'doc', chunk: { by: 'lines', size: 'n' } },
    });
  });

  it.each([
    [reduce('{file: doc, chunk: lines}'), 'wrong_type /nodes/0/over/chunk'],
    [reduce('{file: doc, chunk: {size: 1}}'), 'missing_key /nodes/0/over/chunk'],
    [reduce('{file: doc, chunk: {by: line}}'), 'unknown_value /nodes/0/over/chunk/by'],
    [reduce('{file: doc, chunk: {by: 3}}'), 'unknown_value /nodes/0/over/chunk/by'],
    [reduce('{file: doc, chunk: {by: lines, sise: 3}}'), 'unknown_key /nodes/0/over/chunk/sise'],
    [reduce('{file: doc, chunk: {by: lines, size: 0}}'), 'out_of_range /nodes/0/over/chunk/size'],
    [
      reduce('{file: doc, chunk: {by: bytes, size: 1048577}}'),
      'out_of_range /nodes/0/over/chunk/size',
    ],
    [reduce('{file: dok, chunk: {by: lines}}'), 'unknown_variable /nodes/0/over/file'],
    [
      reduce('{file: doc, chunk: {by: lines, size: "{{ m }}"}}'),
      'unknown_variable /nodes/0/over/chunk/size',
    ],
    [
      map('{file: doc, chunk: {by: lines}}', '{type: map, over: item, task: {type: wait, for: 1}}'),
      'map_over_invalid /nodes/0/task',
    ],
  ])('%s is %s', (node, finding) => {
    expect(findings(node)).toEqual([finding]);
  });
});

describe('a fold', () => {
  const AT = '/nodes/0/function_identifier';
  it.each([
    [reduce('[1, 2]', 'items'), []],
    [reduce('[1, 2]', 'plain'), []],
    [reduce('[1, 2]', 'chunks'), [`fold_mismatch ${AT}`]],
    [reduce('{file: doc, chunk: {by: lines}}', 'items'), [`fold_mismatch ${AT}`]],
    [reduce('{file: doc, chunk: {by: lines}}', 'plain'), [`fold_mismatch ${AT}`]],
    ['{id: f, type: function_task, function_identifier: items}', [`fold_mismatch ${AT}`]],
    [
      map('[1]', '{type: function_task, function_identifier: items}'),
      ['fold_mismatch /nodes/0/task/function_identifier'],
    ],
    [map('[[1]]', '{type: reduce, over: item, function_identifier: items}'), []],
  ])('in %s gives %j', (node, expected) => {
    expect(findings(node)).toEqual(expected);
  });
});
