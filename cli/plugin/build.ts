/** `composer plugin build`: compiles a folder into a module. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { printable } from '../text.ts';
import { readProject } from './project.ts';
import type { Project } from './project.ts';
import { reportFindings } from './report.ts';
import { examine } from './sandbox.ts';
import { compile } from './toolchains.ts';

export async function buildPlugin(args: readonly string[], io: Io): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [word = '.', ...more] = positionals;
  if (more.length > 0) throw new UsageError('name one folder');
  const project = readProject(word, io);
  if (!(await make(project, io))) return EXIT.findings;
  const size = statSync(project.output).size;
  io.out(`${printable(relative(io.cwd, project.output))}: ${size.toLocaleString('en')} bytes\n`);
  return inspectBuilt(project, io);
}

/** Writes the module; false when the source has faults, which are told. */
async function make({ folder, label, language, entry, output }: Project, io: Io): Promise<boolean> {
  if (language !== 'javascript') {
    const compiled = await compile(language, { folder, entry, output, env: io.env });
    if (compiled.messages !== '') io.err(compiled.messages);
    return compiled.ok;
  }
  const text = readFileSync(join(folder, 'plugin.yaml'), 'utf8');
  const bytes = new Uint8Array(readFileSync(join(folder, entry)));
  const manifest = { label: join(label, 'plugin.yaml'), text };
  const file = { label: join(label, entry), bytes, language, manifest } as const;
  const examined = examine(file);
  // The server packs the text itself; the module is for looking at it, and for other hosts.
  if (examined.valid) writeFileSync(output, examined.module);
  else reportFindings(file, examined, io);
  return examined.valid;
}

/** A module that no server would take is not built. */
function inspectBuilt(project: Project, io: Io): ExitCode {
  if (project.language === 'javascript') return EXIT.fine;
  const bytes = new Uint8Array(readFileSync(project.output));
  const text = readFileSync(join(project.folder, 'plugin.yaml'), 'utf8');
  const manifest = { label: join(project.label, 'plugin.yaml'), text };
  const file = {
    label: relative(io.cwd, project.output),
    bytes,
    language: 'wasm',
    manifest,
  } as const;
  const examined = examine(file);
  reportFindings(file, examined, io);
  return examined.valid ? EXIT.fine : EXIT.findings;
}
