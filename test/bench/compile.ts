/** Suite `language`: how long it takes from a recipe's text to its plan. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ok } from '../../src/core/errors.ts';
import type { compileRecipe } from '../../src/core/recipe/compile.ts';
import type { PinnedFunction } from '../../src/core/recipe/plan.ts';
import { recipeOf } from './compile-texts.ts';
import { median } from './report.ts';
import type { Row, SuiteOptions } from './report.ts';

type Compile = typeof compileRecipe;

const ROOT = join(import.meta.dirname, '../..');
const SIZES = [
  { work: 'compile_100', nodes: 100, imports: 10 },
  { work: 'compile_500', nodes: 500, imports: 50 },
] as const;
/** Compiled before anything is measured, so that the engine has optimised what it is going to. */
const WARM_UPS = { quick: 10, full: 30 };
const RUNS = { quick: 7, full: 41 };

export async function language({ quick }: SuiteOptions): Promise<readonly Row[]> {
  const compile = await loadCompiler();
  const size = quick ? 'quick' : 'full';
  let seed = 0;
  const once = (of: Size): Times => {
    seed += 1;
    return timesOf(compile, of, seed);
  };
  for (let count = 0; count < WARM_UPS[size]; count += 1) SIZES.forEach(once);
  return SIZES.map((of) => {
    const times = Array.from({ length: RUNS[size] }, () => once(of));
    return {
      work: of.work,
      unit: 'ms',
      ours: median(times.map(({ wall }) => wall)),
      peers: {},
      runs: RUNS[size],
      cpu: median(times.map(({ cpu }) => cpu)),
    };
  });
}

type Size = (typeof SIZES)[number];

/** Milliseconds. */
interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** No two texts are alike, so nothing that the compiler remembers helps it. */
function timesOf(compile: Compile, size: Size, seed: number): Times {
  const texts = recipeOf(size, seed);
  const input = { ...texts, prompts: new Map(), findFunction: () => ok(PINNED) };
  const before = process.threadCpuUsage();
  const start = performance.now();
  const { plan, diagnostics } = compile(input);
  const wall = performance.now() - start;
  const { user, system } = process.threadCpuUsage(before);
  if (plan?.graph.nodes.length === size.nodes && diagnostics.length === 0)
    return { wall, cpu: (user + system) / 1000 };
  throw new Error(`Cannot measure ${size.work}: ${JSON.stringify(diagnostics[0])}`);
}

/** As it is bundled for the Worker: packages come in other builds there than in Node. */
async function loadCompiler(): Promise<Compile> {
  const folder = mkdtempSync(join(tmpdir(), 'composer-bench-'));
  try {
    const outfile = join(folder, 'compile.mjs');
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['src/core/recipe/compile.ts'],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['workerd', 'worker', 'browser'],
      target: 'es2024',
      logLevel: 'warning',
    });
    // SAFETY: the bundle exports what its entry point does.
    const bundle = (await import(pathToFileURL(outfile).href)) as { compileRecipe: Compile };
    return bundle.compileRecipe;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PINNED: PinnedFunction = {
  plugin: 'text-tools',
  version: '1.0.0',
  hash: '0'.repeat(64),
  function: 'word_count',
  export: 'word_count',
  contentType: 'json',
  bundled: true,
  pure: true,
};
