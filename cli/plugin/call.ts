/** `composer plugin call`: a function, called as the server would. */
import { parseArgs } from 'node:util';
import { CALL_LIMITS } from '../../src/adapters/extism/limits.ts';
import type { Failure } from '../../src/core/errors.ts';
import { CALL_FUEL } from '../../src/core/plugin/fuel.ts';
import { closest } from '../../src/core/recipe/suggest.ts';
import type { PluginReply } from '../../src/runtime/ports.ts';
import { EXIT, PlainError, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { printable } from '../text.ts';
import { bytesOf, grouped } from './figures.ts';
import { networkTo } from './network.ts';
import { readPluginFile } from './project.ts';
import { reportFindings } from './report.ts';
import { examine, load } from './sandbox.ts';
import type { Config, Examined } from './sandbox.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'off'];
const MAX_ROUNDS = 10_000;
const MEMORY_PAGES = 1_024;

export async function callPlugin(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      input: { type: 'string', short: 'i' },
      stdin: { type: 'boolean', default: false },
      config: { type: 'string', multiple: true, default: [] },
      'allow-host': { type: 'string', multiple: true, default: [] },
      wasi: { type: 'boolean', default: false },
      loop: { type: 'string', default: '1' },
      manifest: { type: 'string' },
      'log-level': { type: 'string', default: 'info' },
      json: { type: 'boolean', default: false },
    },
  });
  const [word, name, ...more] = positionals;
  if (word === undefined || name === undefined || more.length > 0) {
    throw new UsageError('name a plugin and one of its functions');
  }
  const rounds = roundsOf(values.loop);
  const level = levelOf(values['log-level']);
  const config = configOf(values.config);
  const send = networkTo(values['allow-host']);
  const file = readPluginFile(word, values.manifest, io);
  const examined = withWasi(examine(file), values.wasi);
  reportFindings(file, examined, io);
  if (!examined.valid) return EXIT.findings;
  const target = exportOf(examined, name);
  if (values.stdin && values.input !== undefined) throw new UsageError('say --input or --stdin');
  const input = values.stdin ? await io.readIn() : new TextEncoder().encode(values.input ?? '');
  const plugin = await load(examined, file.label, send);
  const times: number[] = [];
  let reply = await timed(times, () => plugin.call(target, input, config));
  for (let round = 1; round < rounds && reply.ok; round += 1) {
    reply = await timed(times, () => plugin.call(target, input, config));
  }
  if (!reply.ok) return tell(reply.error, values.json, io);
  const figures = { size: plugin.size, input: input.length, ms: median(times) };
  show(reply.value, figures, { io, level, json: values.json });
  return EXIT.fine;
}

/** A function of the manifest, or else an export: those of a fold, say. */
function exportOf({ manifest, info }: Examined, name: string): string {
  const found = manifest?.functions.find(({ id, fold }) => id === name && !fold);
  if (found !== undefined) return found.export;
  const known = info?.callable ?? [];
  if (known.includes(name)) return name;
  const names = [...(manifest?.functions.map(({ id }) => id) ?? []), ...known];
  const near = closest(name, names);
  const hint =
    near === undefined
      ? `: there are ${[...new Set(names)].join(', ')}`
      : ` (did you mean "${near}"?)`;
  throw new PlainError(`the plugin has no function "${name}"${hint}`);
}

/** What the manifest does not ask for may be given here, to try it. */
function withWasi(examined: Examined, wasi: boolean): Examined {
  if (!wasi) return examined;
  const diagnostics = examined.diagnostics.filter(({ code }) => code !== 'wasi_not_requested');
  const valid =
    examined.info !== undefined && diagnostics.every(({ severity }) => severity !== 'error');
  return { ...examined, diagnostics, valid };
}

function configOf(pairs: readonly string[]): Config {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`"${pair}" is no setting: write --config KEY=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= MAX_ROUNDS) return rounds;
  throw new UsageError(`--loop takes a whole number from 1 to ${grouped(MAX_ROUNDS)}`);
}

function levelOf(text: string): number {
  const level = LEVELS.indexOf(text);
  if (level !== -1) return level;
  throw new UsageError(`there is no log level "${text}": choose ${LEVELS.join(', ')}`);
}

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const done = await work();
  times.push(performance.now() - start);
  return done;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

function tell({ code, message }: Failure, json: boolean, io: Io): ExitCode {
  if (json) io.out(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
  else for (const line of `${code}: ${message}`.split('\n')) io.err(`${printable(line)}\n`);
  return EXIT.findings;
}

interface Figures {
  readonly size: number;
  readonly input: number;
  readonly ms: number;
}

function show(
  { output, fuel = 0, memoryPages, logs }: PluginReply,
  { size, input, ms }: Figures,
  { io, level, json }: { io: Io; level: number; json: boolean },
): void {
  const text = new TextDecoder().decode(output);
  const shown = logs.filter((line) => LEVELS.indexOf(line.level) >= level);
  const wall = Math.round(ms * 1_000) / 1_000;
  if (json) {
    const figures = { fuel, memory_pages: memoryPages, module_bytes: size, wall_ms: wall };
    io.out(`${JSON.stringify({ output: text, logs: shown, ...figures }, null, 2)}\n`);
    return;
  }
  io.out(text.endsWith('\n') || text === '' ? text : `${text}\n`);
  for (const line of shown) io.err(`${line.level}: ${printable(line.text)}\n`);
  io.err(
    [
      `fuel   ${grouped(fuel)} of ${grouped(Number(CALL_FUEL))}`,
      `memory ${memoryPages} of ${grouped(MEMORY_PAGES)} pages of 64 KiB`,
      `input  ${bytesOf(input)} of ${bytesOf(CALL_LIMITS.input)}`,
      `output ${bytesOf(output.length)} of ${bytesOf(CALL_LIMITS.output)}`,
      `module ${bytesOf(size)}, with the fuel counter`,
      `time   ${wall} ms, a fresh instance included`,
      '',
    ].join('\n'),
  );
}
