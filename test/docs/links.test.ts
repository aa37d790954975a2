/** What the documents point at is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenLink, linksOf, proseOf, readPage, readPages, ROOT } from './pages.ts';

const pages = readPages();
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Paths in backticks that start with a folder of the project. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|scripts|recipes|plugins|docs)\/[^`\s*{]*)`/g)].map(
    ([, path = '']) => path,
  );
}

describe.each(pages)('$path', (page) => {
  it('has links that lead somewhere', () => {
    const broken = linksOf(page).flatMap((target) => brokenLink(page, target) ?? []);
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    // A recipe right below recipes/ is an example's path in the store.
    const paths = pathsIn(proseOf(page)).filter((path) => !/^recipes\/[\w-]+\.yaml$/.test(path));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const named = [...page.text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('names no path of one machine, and nothing but the project', () => {
    expect(page.text).not.toMatch(/(?<![\w.])\/(?:home|root|tmp|work|Users)\//);
    expect(page.text).not.toMatch(/\b(?:agent|session)s?\b|\p{Extended_Pictographic}/iu);
  });
});

describe('the index', () => {
  it('links every page below docs', () => {
    const index = readPage('docs/index.md');
    const linked = new Set(linksOf(index).map((target) => join('docs', target)));
    const wanted = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    expect(wanted.filter((path) => path !== index.path && !linked.has(path))).toEqual([]);
  });
});

const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
const LINES = ['Problem', 'Choice', 'Alternatives', 'Why', 'Cost', 'What would change our mind'];

describe.each(decisions)('$path', ({ path, text }) => {
  it('has its number, and the six lines', () => {
    const number = /(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1] ?? '';
    expect(text.startsWith(`# ${number}: `)).toBe(true);
    expect([...text.matchAll(/^- \*\*(.+?)\*\*:/gm)].map(([, name]) => name)).toEqual(LINES);
  });
});
