import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from '../../src/core/errors.ts';

const PAGE = join(import.meta.dirname, '../../docs/reference/errors.md');
const ROW = /^\| <a id="(\w+)"><\/a>`(\w+)` \| (\d+) \| (yes|no) \| (\w+) \| (.+) \|$/gm;

const rows = [...readFileSync(PAGE, 'utf8').matchAll(ROW)].map(
  ([, anchor = '', code = '', status, again, blame, meaning = '']) => ({
    anchor,
    code,
    meaning,
    kind: { status: Number(status), retryable: again === 'yes', blame },
  }),
);

it('docs/reference/errors.md has a row for each code, and no other row', () => {
  expect(new Set(rows.map(({ code }) => code))).toEqual(new Set(Object.keys(ERRORS)));
  expect(rows).toHaveLength(Object.keys(ERRORS).length);
});

it.each(rows)('the row of $code says what the table says', ({ anchor, code, kind, meaning }) => {
  expect(anchor).toBe(code);
  expect(meaning).not.toBe('undefined');
  expect(Object.entries(ERRORS).find(([name]) => name === code)?.[1]).toEqual(kind);
});
