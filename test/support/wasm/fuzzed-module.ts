/** Random modules by binaryen's fuzzer, which knows far more shapes of code than the grammar in `random-module.ts`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import binaryen from 'binaryen';

/** With all features on, binaryen writes what no engine reads. */
const FEATURES = [
  ['mutable-globals', binaryen.Features.MutableGlobals],
  ['nontrapping-float-to-int', binaryen.Features.NontrappingFPToInt],
  ['simd', binaryen.Features.SIMD128],
  ['bulk-memory', binaryen.Features.BulkMemory],
  ['bulk-memory-opt', binaryen.Features.BulkMemoryOpt],
  ['sign-ext', binaryen.Features.SignExt],
  ['tail-call', binaryen.Features.TailCall],
  ['multivalue', binaryen.Features.Multivalue],
] as const;
const WASM_OPT = join(
  dirname(createRequire(import.meta.url).resolve('binaryen/package.json')),
  'bin/wasm-opt',
);
const IMPORT = /^ *\(import "[^"]*" "[^"]*" \(func (\S+)([^\n]*)\)\)$/gm;
const ZEROS: { readonly [type: string]: string } = {
  i32: '(i32.const 0)',
  i64: '(i64.const 0)',
  f32: '(f32.const 0)',
  f64: '(f64.const 0)',
  v128: '(v128.const i32x4 0 0 0 0)',
  funcref: '(ref.null nofunc)',
};

export interface FuzzedModule {
  readonly wasm: Uint8Array;
  readonly text: string;
}

/** What these bytes come to: the same bytes, the same module. It imports nothing and exports its memory. */
export function fuzzedModule(seed: Uint8Array, isOptimised: boolean): FuzzedModule {
  const text = linked(translate(seed));
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(FEATURES.reduce<number>((all, [, feature]) => all | feature, 0));
    if (isOptimised) module.optimize();
    return { wasm: module.emitBinary(), text };
  } finally {
    module.dispose();
  }
}

function translate(seed: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'fuzzed-'));
  try {
    const file = join(folder, 'seed');
    writeFileSync(file, seed);
    const features = ['--mvp-features', ...FEATURES.map(([name]) => `--enable-${name}`)];
    const args = [WASM_OPT, file, '-ttf', '-S', '-q', '-o', '-', ...features];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Cannot make a module: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Imports become functions that do nothing: the sandbox has none of these. */
function linked(text: string): string {
  const own = text.replaceAll(IMPORT, (_, name: string, type: string) => {
    const [, results = ''] = /\(result ([^)]*)\)/.exec(type) ?? [];
    const zeros = results.split(' ').map((each) => ZEROS[each] ?? '');
    return ` (func ${name}${type} ${zeros.join(' ')})`;
  });
  const isShown = /\(export "memory" /.test(own) || !/^ \(memory /m.test(own);
  return isShown ? own : own.replace(/\)\s*$/, ' (export "memory" (memory 0)))');
}
