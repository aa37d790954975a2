/** Compilers of plugins, as they are called. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainError } from '../io.ts';
import type { Language } from './languages.ts';

export interface Compilation {
  readonly folder: string;
  /** Relative to the folder. */
  readonly entry: string;
  /** Path of the module to write. */
  readonly output: string;
  readonly env: { readonly [name: string]: string | undefined };
}

export type Compiled =
  | { readonly ok: true; readonly messages: string }
  | { readonly ok: false; readonly messages: string };

type CompiledLanguage = Exclude<Language, 'javascript'>;

/** Pages of 64 KiB that a plugin may grow to: what the sandbox gives at most. */
const MAX_PAGES = 1_024;
const MAX_BYTES = MAX_PAGES * 65_536;

/** Throws `PlainError` where a compiler is missing. */
export function compile(
  language: CompiledLanguage,
  work: Compilation,
): Promise<Compiled> | Compiled {
  switch (language) {
    case 'assemblyscript':
      return compileAssemblyScript(work);
    case 'c':
      return compileC(work);
    case 'rust':
      return compileRust(work);
  }
}

async function compileAssemblyScript({ folder, entry, output }: Compilation): Promise<Compiled> {
  const { default: asc } = await import('assemblyscript/asc');
  const messages: string[] = [];
  const stream = { write: (text: string) => void messages.push(text) };
  let made: Uint8Array | undefined;
  const { error } = await asc.main(
    // Without --use, `abort` is an import that the sandbox does not have.
    words(
      `${entry} -O3 --runtime stub --maximumMemory ${MAX_PAGES} --outFile plugin.wasm --noColors
       --use abort=${entry.replace(/[^/]+$/, 'extism')}/abort`,
    ),
    {
      stdout: stream,
      stderr: stream,
      readFile: (file) => readFile(join(folder, file), 'utf8').catch(() => null),
      writeFile: (_file, contents) => {
        if (typeof contents !== 'string') made = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || made === undefined) {
    return { ok: false, messages: messages.join('') || String(error?.message) };
  }
  await writeFile(output, made);
  return { ok: true, messages: messages.join('') };
}

function compileC({ folder, entry, output, env }: Compilation): Compiled {
  const flags = words(
    `--target=wasm32-unknown-unknown -O2 -nostdlib -ffreestanding -mbulk-memory
     -Wall -Wextra -Wno-unused-function
     -Wl,--no-entry -Wl,--strip-all -Wl,--max-memory=${MAX_BYTES}`,
  );
  return run(env['CC'] ?? 'clang', folder, [...flags, '-o', output, entry]);
}

const RUST_TARGET = 'wasm32-unknown-unknown';

function compileRust({ folder, entry, output, env }: Compilation): Compiled {
  const flags = words(
    `--edition 2021 --target ${RUST_TARGET} --crate-type cdylib --crate-name plugin
     -C opt-level=3 -C lto -C panic=abort -C strip=symbols -C link-arg=--max-memory=${MAX_BYTES}`,
  );
  return run(findRustc(env['RUSTC']), folder, [...flags, '-o', output, entry]);
}

/** The first compiler that has the library of the target: some installations come without. */
function findRustc(given: string | undefined): string {
  const candidates = given === undefined ? ['rustc', '/usr/bin/rustc'] : [given];
  const found = candidates.find((command) => {
    const args = ['--print', 'target-libdir', '--target', RUST_TARGET];
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
    // It names the folder also where there is none.
    return status === 0 && existsSync(stdout.trim());
  });
  if (found !== undefined) return found;
  throw new PlainError(
    `no rustc for ${RUST_TARGET} is found: install one (Debian: rustc libstd-rust-dev-wasm32 lld; rustup: rustup target add ${RUST_TARGET}) or set RUSTC`,
  );
}

/** What is between spaces and line breaks. */
function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function run(command: string, folder: string, args: readonly string[]): Compiled {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error !== undefined) {
    throw new PlainError(
      `cannot run "${command}", the compiler: install it (Debian: clang lld) or name it by CC`,
    );
  }
  return { ok: status === 0, messages: stdout + stderr };
}
