/** Reads an author's JavaScript without running it: is it a module, and which functions does it export? */
import { Parser } from 'acorn';
import type { Program } from 'acorn';
import type { Issue, Result } from '../../errors.ts';
import { MAX_SOURCE_BYTES } from './limits.ts';
import { moduleExports, scriptExports } from './exports.ts';
import { encodeUtf8 } from '../utf8.ts';

export interface ParsedScript {
  /** Has `import` or `export`; else what it exports is in `module.exports`. */
  readonly isModule: boolean;
  /** What seems to be a function, in the order of the text. */
  readonly exports: readonly string[];
}

type Kind = 'module' | 'script';

/** Never throws. What only the engine can tell, it tells when the plugin is called. */
export function parseScript(source: string): Result<ParsedScript, Issue> {
  const size = encodeUtf8(source).length;
  if (size > MAX_SOURCE_BYTES) {
    return refuse('source_too_large', `${size} bytes are more than ${MAX_SOURCE_BYTES}`);
  }
  const asModule = parse(source, 'module');
  if (asModule.ok) {
    const { body } = asModule.value;
    const from = body.find((node) => 'source' in node && node.source !== null);
    if (from !== undefined) {
      const why = 'a plugin is one file: put what it imports into it, as bundlers do';
      return refuse('javascript_import', why, placeOf(source, from.start));
    }
    const isModule = body.some(({ type }) => type.startsWith('Export'));
    if (isModule) return { ok: true, value: { isModule, exports: moduleExports(body) } };
  }
  const asScript = parse(source, 'script');
  if (asScript.ok) {
    return { ok: true, value: { isModule: false, exports: scriptExports(asScript.value.body) } };
  }
  return asModule.ok || !/^\s*(?:export|import)\b/m.test(source) ? asScript : asModule;
}

/**
 * Acorn with what takes more time than the text is long left out: it looks each declaration up in a list
 * of all others, and follows regular expressions. The engine checks both again, on fuel.
 */
const QuickParser = Parser.extend((Base) => {
  // SAFETY: acorn's plugins override methods that its types do not list.
  const Quick = class extends (Base as unknown as new (...given: unknown[]) => object) {
    declareName(): void {}
    checkLocalExport(): void {}
    validateRegExpFlags(): void {}
    validateRegExpPattern(): void {}
  };
  // SAFETY: it has all that the base has.
  return Quick as unknown as typeof Base;
});

function parse(source: string, sourceType: Kind): Result<Program, Issue> {
  try {
    const program = QuickParser.parse(source, { ecmaVersion: 'latest', sourceType });
    return { ok: true, value: program };
  } catch (error) {
    if (error instanceof RangeError) return refuse('too_deep', 'it nests too deep');
    if (!(error instanceof SyntaxError) || !('pos' in error)) throw error;
    const detail = error.message.replace(/ \(\d+:\d+\)$/, '');
    return refuse('javascript_syntax', detail, placeOf(source, Number(error.pos)));
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function placeOf(source: string, offset: number): Place {
  const lines = source.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function refuse(code: string, why: string, place?: Place): Result<never, Issue> {
  const at = place === undefined ? '' : ` in line ${place.line}, column ${place.column}`;
  const detail = `Cannot accept the JavaScript${at}: ${why}`;
  return { ok: false, error: { severity: 'error', code, detail, pointer: '', ...place } };
}
