/** Runs the command line in this process, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from '../../cli/run.ts';
import type { Io } from '../../cli/io.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with these files, gone after the test. */
export function folderOf(files: { readonly [path: string]: string | Uint8Array }): string {
  const folder = mkdtempSync(join(tmpdir(), 'composer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export async function composer(
  cwd: string,
  args: readonly string[],
  look: Partial<Io> = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const exit = await run(args, {
    cwd,
    columns: 100,
    colours: false,
    env: {},
    readIn: async () => new Uint8Array(0),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    ...look,
  });
  return { exit, out, err };
}
