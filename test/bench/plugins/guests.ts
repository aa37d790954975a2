/** Guests in the languages that plugins are written in, with some work for each. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGuest, GUEST_FLAVOURS } from '../../support/wasm/guests.ts';
import { buildScript } from './script-guest.ts';
import type { Guest } from './guest.ts';

/** Exports of numbers, which need no host, with arguments that make each work for about a millisecond. */
type Calls = readonly (readonly [name: string, argument: number])[];

const HERE = import.meta.dirname;
/** Debian's, which knows WebAssembly; another one that comes first on the path may not. */
const RUSTC = '/usr/bin/rustc';

/** Throws an Error that names the toolchain that is missing. */
export async function buildGuests(): Promise<readonly Guest[]> {
  const folder = mkdtempSync(join(tmpdir(), 'composer-guests-'));
  try {
    return [
      buildC(join(folder, 'c.wasm')),
      buildRust(join(folder, 'rust.wasm')),
      await buildAs(),
      await buildScript(),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildC(output: string): Guest {
  const link = ['--no-entry', '-s'].map((option) => `-Wl,${option}`);
  const flags = ['--target=wasm32', '-O2', '-nostdlib', '-fno-builtin', ...link];
  compile('clang', [...flags, '-o', output, join(HERE, 'work.c')]);
  return {
    language: 'c',
    wasm: readFileSync(output),
    open: opening([
      ['sorted', 20_000],
      ['words', 65_000],
      ['matrix', 64],
      ['json', 3_000],
    ]),
  };
}

function buildRust(output: string): Guest {
  const codegen = ['opt-level=3', 'panic=abort', 'strip=symbols'].flatMap((each) => ['-C', each]);
  const flags = ['--target', 'wasm32-unknown-unknown', '--crate-type', 'cdylib', ...codegen];
  compile(existsSync(RUSTC) ? RUSTC : 'rustc', [...flags, '-o', output, join(HERE, 'work.rs')]);
  return {
    language: 'rust',
    wasm: readFileSync(output),
    open: opening([
      ['sorted', 20_000],
      ['words', 5_000],
      ['ordered', 10_000],
      ['titles', 5_000],
    ]),
  };
}

/** Optimised for speed, as plugins are built. */
async function buildAs(): Promise<Guest> {
  return {
    language: 'assemblyscript',
    wasm: await compileGuest(GUEST_FLAVOURS['optimised for speed'] ?? []),
    open: opening([
      ['sieve', 60_000],
      ['fib', 22],
      ['words', 1_000],
      ['sorted', 8_000],
      ['floats', 20_000],
      ['choose', 200_000],
      ['vectors', 200_000],
    ]),
  };
}

function opening(calls: Calls): Guest['open'] {
  return (module) => () => {
    const { exports } = new WebAssembly.Instance(module);
    // SAFETY: guests export functions of a number.
    const functions = exports as Record<string, (argument: number) => number>;
    return calls.map(([name, argument]) => functions[name]?.(argument));
  };
}

function compile(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  const why = error?.message ?? stderr;
  throw new Error(`Cannot build a guest with ${command} (scripts/system-packages.sh): ${why}`);
}
