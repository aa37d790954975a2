/** The project's own documents, and what is fenced in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface Page {
  /** Path from the root of the project. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line of text, in the page. */
  readonly line: number;
  /** The file it is to be saved as: the last name in backticks of a line before it that ends in a colon. */
  readonly name?: string;
}

const ROOT_PAGES = ['README.md', 'DESIGN.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];
const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const NAMED = /`([\w./-]+\.[a-z]+)`[^`\n]*:\n\n$/;

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

export function readPages(): Page[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file));
  return [...ROOT_PAGES, ...below.toSorted()].map(readPage);
}

export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(FENCE)].map(({ 1: language = '', 2: body = '', index }) => {
    const before = text.slice(0, index);
    const name = NAMED.exec(before)?.[1];
    const line = before.split('\n').length + 1;
    return { language, text: body, line, ...(name !== undefined && { name }) };
  });
}

/** The text without what is fenced. */
export function proseOf({ text }: Page): string {
  return text.replace(FENCE, '');
}

/** Targets of links that stay in the project, as written. */
export function linksOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
export function brokenLink({ path, text }: Page, target: string): string | undefined {
  const [file = '', anchor] = target.split('#');
  const full = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
  const shown = relative(ROOT, full);
  if (shown.startsWith('..') || !existsSync(full)) return `${shown} does not exist`;
  if (anchor === undefined) return undefined;
  const there = file === '' ? text : readFileSync(full, 'utf8');
  return anchorsOf(there).has(anchor) ? undefined : `${shown} has no "${anchor}"`;
}

/** Headings as GitHub names them, and anchors of their own. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(FENCE, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...ids]);
}
