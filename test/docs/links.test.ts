/** What the documents point at is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

describe('the design', () => {
  const design = readPage('DESIGN.md').text;

  it('lists the invariants that the sources name, and no others', () => {
    const named = sourceFiles().flatMap((file) =>
      invariantsIn(readFileSync(join(ROOT, file), 'utf8')).map((name) => `${name} ${file}`),
    );
    const rows = [...design.matchAll(/^\| ([A-Z]\d(?:, [A-Z]\d)*) \| .* \| `(.+)` \|$/gm)];
    const listed = rows.flatMap(([, names = '', file]) =>
      names.split(', ').map((name) => `${name} ${file}`),
    );
    expect(listed.toSorted()).toEqual([...new Set(named)].toSorted());
  });

  it('says where each kind of route lives', () => {
    const files = sourceFiles().filter((file) => /^src\/http\/routes\/[\w-]+\.ts$/.test(file));
    expect(files.filter((file) => !design.includes(`\`${file}\``))).toEqual([]);
  });

  it('says where each port lives', () => {
    const ports = readFileSync(join(ROOT, 'src/runtime/ports.ts'), 'utf8');
    const all = /export interface Ports \{([^}]*)\}/.exec(ports)?.[1] ?? '';
    const names = [...all.matchAll(/: (\w+);/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !design.includes(`\`${name}\``))).toEqual([]);
  });
});

function sourceFiles(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => join('src', file));
}

/** `D1. …` at the start of a line of a comment, or after the sentence that opens a file. */
function invariantsIn(text: string): string[] {
  const comments = [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) => comment);
  return comments.flatMap((comment) =>
    [...comment.matchAll(/(?:^ \* |\. )([A-Z]\d)[.:] /gm)].map(([, name = '']) => name),
  );
}
