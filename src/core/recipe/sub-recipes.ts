/** Recipes inside recipes: found, compiled once each, bounded, never inside themselves. */
import type { Compiled, CompileInput } from './compile-input.ts';
import { LIMITS } from './limits.ts';
import type { Plan } from './plan.ts';
import { candidatePaths, pathFault } from './store-path.ts';
import { closest } from './suggest.ts';
import type { Path } from './path.ts';
import type { Report } from './report.ts';

export interface SubRecipes {
  /** The plan of the recipe that `reference` names in the last file of `chain`. */
  include(
    reference: string,
    chain: readonly string[],
    at: { path: Path; report: Report },
  ): Plan | undefined;
}

interface Entry {
  readonly compiled: Compiled;
  /** Plans in it, itself included. */
  readonly size: number;
  /** Levels in it, itself included. */
  readonly height: number;
}

type CompileText = (path: string, text: string, chain: readonly string[]) => Compiled;

export function createSubRecipes(
  { sources, path: mainPath, text: mainText }: CompileInput,
  compileText: CompileText,
): SubRecipes {
  const memo = new Map<string, Entry>();
  const all = sources.has(mainPath) ? sources : new Map([...sources, [mainPath, mainText]]);

  function find(reference: string, chain: readonly string[], refuse: Refuse): string | undefined {
    const from = chain.at(-1) ?? mainPath;
    const fault = pathFault(reference);
    const candidates = candidatePaths(reference, from);
    if (fault !== undefined || candidates.length === 0) {
      return refuse(
        'bad_import_path',
        `Cannot include "${reference.slice(0, 200)}": ${fault ?? 'it leaves the root'}`,
      );
    }
    const path = candidates.find((candidate) => all.has(candidate));
    if (path !== undefined) return path;
    return refuse(
      'unknown_recipe',
      `Cannot include "${reference}": there is no such recipe`,
      closest(candidates.at(-1) ?? '', all.keys()),
    );
  }

  return {
    include(reference, chain, at) {
      const refuse: Refuse = (code, detail, suggestion) => {
        at.report.add({ code, path: at.path, detail, suggestion });
        return undefined;
      };
      const path = find(reference, chain, refuse);
      if (path === undefined) return undefined;
      if (chain.includes(path)) {
        const way = [...chain.slice(chain.indexOf(path)), path].join(' → ');
        return refuse(
          'recipe_cycle',
          `Cannot include "${reference}": the recipe includes itself: ${way}`,
        );
      }
      if (chain.length > LIMITS.recipeDepth) {
        return refuse(
          'recipe_depth',
          `Cannot include "${reference}": recipes are nested deeper than ${LIMITS.recipeDepth} levels`,
        );
      }
      const entry = memo.get(path) ?? compiled(path, chain);
      memo.set(path, entry);
      return accept(entry, { path, reference, depth: chain.length }, refuse);
    },
  };

  function compiled(path: string, chain: readonly string[]): Entry {
    const result = compileText(path, all.get(path) ?? '', chain);
    const parts = Object.values(result.plan?.recipes ?? {});
    return {
      compiled: result,
      size: 1 + parts.reduce((sum, plan) => sum + planSize(plan), 0),
      height: 1 + Math.max(0, ...parts.map(planHeight)),
    };
  }
}

type Refuse = (
  code: Parameters<Report['add']>[0]['code'],
  detail: string,
  suggestion?: string,
) => undefined;

/** Faults of the whole, which keep their code on the way up. */
const PASSED_ON = ['recipe_cycle', 'recipe_depth', 'too_many_recipes'] as const;

function accept(
  { compiled, size, height }: Entry,
  { path, reference, depth }: { path: string; reference: string; depth: number },
  refuse: Refuse,
): Plan | undefined {
  if (compiled.plan === undefined) {
    const first = compiled.diagnostics.find(({ severity }) => severity === 'error');
    const place =
      first === undefined
        ? ''
        : ` line ${first.line ?? 1}, column ${first.column ?? 1}: ${first.detail}`;
    const code = PASSED_ON.find((passed) => passed === first?.code) ?? 'bad_recipe';
    return refuse(code, `Cannot include "${reference}": "${path}"${place}`, first?.suggestion);
  }
  if (depth - 1 + height > LIMITS.recipeDepth) {
    return refuse(
      'recipe_depth',
      `Cannot include "${reference}": recipes are nested deeper than ${LIMITS.recipeDepth} levels`,
    );
  }
  if (size > LIMITS.recipes) {
    return refuse(
      'too_many_recipes',
      `Cannot include "${reference}": it brings more than ${LIMITS.recipes} recipes`,
    );
  }
  return compiled.plan;
}

const sizes = new WeakMap<Plan, number>();

/** Remembered, because shared plans make a tree of what is a small graph. */
export function planSize(plan: Plan): number {
  const known = sizes.get(plan);
  if (known !== undefined) return known;
  const size = 1 + Object.values(plan.recipes).reduce((sum, part) => sum + planSize(part), 0);
  sizes.set(plan, size);
  return size;
}

const heights = new WeakMap<Plan, number>();

function planHeight(plan: Plan): number {
  const known = heights.get(plan);
  if (known !== undefined) return known;
  const height = 1 + Math.max(0, ...Object.values(plan.recipes).map(planHeight));
  heights.set(plan, height);
  return height;
}
