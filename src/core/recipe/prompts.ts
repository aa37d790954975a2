/** Stored prompts that a recipe uses, with those they include. */
import { parseTemplate } from '../template/template.ts';
import type { Path } from './path.ts';
import type { Report } from './report.ts';
import { closest } from './suggest.ts';

const INCLUDE = /\{%[-+]?\s*include\s+(?:'([^']{1,512})'|"([^"]{1,512})")/g;
const MAX_PROMPTS = 200;

export interface Prompts {
  use(name: string, path: Path): void;
  /** The prompts that a text includes. */
  useIncludes(text: string, path: Path): void;
  readonly used: ReadonlyMap<string, string>;
}

export function includesIn(text: string): string[] {
  if (!text.includes('include')) return [];
  return [...text.matchAll(INCLUDE)].map(([, single, double]) => single ?? double ?? '');
}

export function createPrompts(store: ReadonlyMap<string, string>, report: Report): Prompts {
  const used = new Map<string, string>();

  function use(name: string, path: Path, from?: string): void {
    if (used.has(name)) return;
    const text = store.get(name);
    if (text === undefined) {
      const place = from === undefined ? '' : ` (included by "${from}")`;
      const detail = `Cannot find the prompt "${name.slice(0, 200)}"${place}`;
      report.add({ code: 'unknown_prompt', path, detail, suggestion: closest(name, store.keys()) });
      return;
    }
    if (used.size >= MAX_PROMPTS) {
      report.add({
        code: 'out_of_range',
        path,
        detail: `Cannot use more than ${MAX_PROMPTS} prompts`,
      });
      return;
    }
    used.set(name, text);
    checkText(name, text, path, report);
    for (const include of includesIn(text)) use(include, path, name);
  }

  return {
    used,
    use: (name, path) => use(name, path),
    useIncludes(text, path) {
      for (const name of includesIn(text)) use(name, path);
    },
  };
}

function checkText(name: string, text: string, path: Path, report: Report): void {
  const parsed = parseTemplate(text);
  if (parsed.ok) return;
  const { code, message, offset, suggestion } = parsed.error;
  const before = text.slice(0, offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const known = code === 'unknown_filter' || code === 'unknown_test' || code === 'template_syntax';
  const detail = `In prompt "${name}", ${place}: ${message}`;
  report.add({ code: known ? code : 'template_error', path, detail, suggestion });
}
