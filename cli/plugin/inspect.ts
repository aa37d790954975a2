/** `composer plugin inspect`: what a server would say of a plugin. */
import { parseArgs } from 'node:util';
import { LIMITS } from '../../src/core/plugin/limits.ts';
import type { ModuleInfo } from '../../src/core/plugin/inspect.ts';
import type { PluginManifest } from '../../src/core/plugin/manifest.ts';
import { EXIT, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { printable } from '../text.ts';
import { bytesOf, grouped } from './figures.ts';
import { readPluginFile } from './project.ts';
import { reportFindings } from './report.ts';
import { examine, metered } from './sandbox.ts';
import type { Examined } from './sandbox.ts';

const FORMATS = ['text', 'json'];

export function inspectPluginFile(args: readonly string[], io: Io): ExitCode {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { format: { type: 'string', default: 'text' }, manifest: { type: 'string' } },
  });
  const [word = '.', ...more] = positionals;
  if (more.length > 0) throw new UsageError('name one plugin');
  const { format } = values;
  if (!FORMATS.includes(format)) {
    throw new UsageError(`there is no format "${format}": choose ${FORMATS.join(', ')}`);
  }
  const file = readPluginFile(word, values.manifest, io);
  const examined = examine(file);
  const exit = examined.valid ? EXIT.fine : EXIT.findings;
  if (format === 'json') {
    const { module: _module, ...findings } = examined;
    io.out(`${JSON.stringify(findings, null, 2)}\n`);
    return exit;
  }
  reportFindings(file, examined, io);
  const { info, manifest } = examined;
  if (info !== undefined && manifest !== undefined) {
    io.out(
      describe(info, manifest)
        .map((line) => `${printable(line)}\n`)
        .join(''),
    );
  }
  if (examined.valid) io.out(`${sizes(examined, file.label)}\n`);
  io.out(examined.valid ? 'a server would take it\n' : 'a server would refuse it\n');
  return exit;
}

function describe(info: ModuleInfo, manifest: PluginManifest): string[] {
  const { capabilities: asks } = manifest;
  const { memory } = info;
  const most = Math.min(memory?.maxPages ?? LIMITS.memoryPages, LIMITS.memoryPages);
  return [
    `${manifest.name}@${manifest.version}${manifest.description === '' ? '' : `: ${manifest.description}`}`,
    ...manifest.functions.map(({ id, export: name, description, content_type: type, ...is }) => {
      const marks = [
        type,
        ...(['pure', 'fold', 'chunk', 'batch'] as const).filter((key) => is[key]),
      ];
      const from = name === id ? '' : ` = ${name}`;
      return `  ${id}${from} (${marks.join(', ')})${description === '' ? '' : `: ${description}`}`;
    }),
    `imports: ${info.imports.map(({ name }) => name).join(' ') || 'nothing'}`,
    `memory: ${memory === undefined ? 'none' : `${memory.minPages} to ${grouped(most)} pages of 64 KiB`}`,
    `asks for: ${
      [
        ...(asks.wasi ? ['WASI'] : []),
        ...asks.hosts.map((host) => `host ${host}`),
        ...asks.secrets.map((name) => `secret ${name}`),
        ...asks.config.map((name) => `setting ${name}`),
      ].join(', ') || 'nothing'
    }`,
  ];
}

function sizes(examined: Examined, label: string): string {
  const stored = metered(examined, label).length;
  const most = bytesOf(LIMITS.moduleSize);
  return `size: ${bytesOf(examined.module.length)}, ${bytesOf(stored)} with the fuel counter, of at most ${most}`;
}
