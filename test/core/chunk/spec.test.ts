import { describe, expect, it } from 'vitest';
import { isFileOver, readFileOver } from '../../../src/core/chunk/spec.ts';
import { codeOf } from '../../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';

const same = (value: JsonValue): JsonValue => value;

describe('over', () => {
  it.each<[JsonValue, boolean]>([
    [{ file: 'doc', chunk: { by: 'lines' } }, true],
    [{ file: 'doc', chunk: 5 }, true],
    [{ file: 'doc' }, false],
    [{ file: 'doc', chunk: {}, more: 1 }, false],
    [{ a: 1, b: 2 }, false],
    ['{{ docs }}', false],
    [['file', 'chunk'], false],
    [null, false],
  ])('%j goes over a file: %s', (over, expected) => {
    expect(isFileOver(over)).toBe(expected);
  });

  it.each<[JsonObject, unknown]>([
    [{ by: 'lines' }, { by: 'lines', size: 1_000 }],
    [{ by: 'bytes' }, { by: 'bytes', size: 65_536 }],
    [
      { by: 'sentences', size: 7 },
      { by: 'sentences', size: 7 },
    ],
    [
      { by: 'bytes', size: 1_048_576 },
      { by: 'bytes', size: 1_048_576 },
    ],
    [
      { by: 'lines', size: null },
      { by: 'lines', size: 1_000 },
    ],
  ])('reads the chunk %j', (chunk, expected) => {
    expect(readFileOver({ file: { file: 'doc' }, chunk }, same)).toEqual({
      file: 'doc',
      chunk: expected,
    });
  });

  it('resolves the file and the size, but not the unit', () => {
    const values: JsonObject = { doc: 'stored.txt', n: 3, lines: 'bytes' };
    const resolve = (value: JsonValue) =>
      typeof value === 'string' ? (values[value] ?? value) : value;
    expect(readFileOver({ file: 'doc', chunk: { by: 'lines', size: 'n' } }, resolve)).toEqual({
      file: 'stored.txt',
      chunk: { by: 'lines', size: 3 },
    });
  });

  it.each<JsonObject>([
    { file: null, chunk: { by: 'lines' } },
    { file: '', chunk: { by: 'lines' } },
    { file: ['a', 'b'], chunk: { by: 'lines' } },
    { file: 'doc', chunk: 'lines' },
    { file: 'doc', chunk: {} },
    { file: 'doc', chunk: { by: 'words' } },
    { file: 'doc', chunk: { by: 'toString' } },
    { file: 'doc', chunk: { by: 'lines', sise: 1 } },
    { file: 'doc', chunk: { by: 'lines', size: 0 } },
    { file: 'doc', chunk: { by: 'lines', size: 1.5 } },
    { file: 'doc', chunk: { by: 'lines', size: '5' } },
    { file: 'doc', chunk: { by: 'bytes', size: 1_048_577 } },
  ])('refuses %j', (over) => {
    let code: string | undefined;
    try {
      readFileOver(over, same);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('map_over_invalid');
  });
});
