/** Function references: found, pinned, and looked at for what they need. */
import type { CompileInput } from './compile-input.ts';
import type { Path } from './path.ts';
import type { PinnedFunction } from './plan.ts';
import type { Report } from './report.ts';
import { closest } from './suggest.ts';

export interface Functions {
  use(reference: string, path: Path): void;
  readonly pinned: ReadonlyMap<string, PinnedFunction>;
}

const REFERENCE = /^[\w-]+(?:[./][\w-]+)*(?:@[\w.^~<>=|*+ -]+)?$/;

export function createFunctions(
  input: Pick<CompileInput, 'findFunction' | 'functionNames'>,
  report: Report,
): Functions {
  const pinned = new Map<string, PinnedFunction>();
  const { findFunction, functionNames = [] } = input;
  return {
    pinned,
    use(reference, path) {
      if (reference.includes('{{') || reference.startsWith('@') || pinned.has(reference)) return;
      if (!REFERENCE.test(reference)) {
        const detail = `Cannot read the function "${reference.slice(0, 100)}": write plugin.function, plugin.function@range, or a function id`;
        report.add({ code: 'bad_format', path, detail });
        return;
      }
      if (findFunction === undefined) return;
      const found = findFunction(reference);
      if (found.ok) {
        pinned.set(reference, found.value);
        return;
      }
      const { code, message } = found.error;
      report.add({
        code: code === 'function_ambiguous' ? 'ambiguous_function' : 'unknown_function',
        path,
        detail: message,
        suggestion: closest(reference.split('@', 1)[0] ?? reference, functionNames),
      });
    },
  };
}
