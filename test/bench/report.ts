/** What every suite of the benchmark gives, and how it is shown. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

export interface Row {
  readonly work: string;
  readonly unit: string;
  /** Median. */
  readonly ours: number;
  /** What the same way costs without the work; it is not part of `ours`. */
  readonly floor?: number;
  /** Medians of others, measured in the same run. */
  readonly peers: Readonly<Record<string, number>>;
  readonly runs: number;
  /** Median of what this thread computed: on a machine that others work on, the figure to look at. */
  readonly cpu?: number;
}

export interface SuiteOptions {
  /** Fewer runs: to see that it works, not to be quoted. */
  readonly quick: boolean;
}

export type Suite = (options: SuiteOptions) => Promise<readonly Row[]>;

export interface Report {
  readonly machine: ReturnType<typeof machine>;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

const ROOT = join(import.meta.dirname, '../..');
const GIB = 2 ** 30;
const PACKAGES = ['workerd', 'yaml', 'zod', '@extism/extism'];

export function reportOf(rows: readonly Row[]): Report {
  const versions = {
    'edge-composer': packageVersion(ROOT),
    node: process.versions.node,
    v8: process.versions.v8,
    ...Object.fromEntries(
      PACKAGES.map((name) => [name, packageVersion(join(ROOT, 'node_modules', name))]),
    ),
  };
  return { machine: machine(), versions, rows };
}

export function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const exact = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
  return Math.round(exact * 1_000) / 1_000;
}

export function tableOf({ machine: on, versions, rows }: Report): string {
  const width = Math.max(...rows.map(({ work }) => work.length));
  return [
    `${on.cpu}, ${on.cores} cores, ${on.memory_gib} GiB, ${on.os}, load ${on.load}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    ...rows.map((row) => lineOf(row, width)),
    '',
  ].join('\n');
}

function lineOf({ work, unit, ours, floor, peers, runs, cpu }: Row, width: number): string {
  const notes = [
    ...(floor === undefined ? [] : [`floor ${shown(floor)}`]),
    ...Object.entries(peers).map(
      ([name, time]) => `${name} ${shown(time)}, ours ${shown(ours / time)} times`,
    ),
    `median of ${runs}`,
    ...(cpu === undefined ? [] : [`${shown(cpu)} ${unit} of CPU`]),
  ];
  return `${work.padEnd(width)}  ${shown(ours).padStart(8)} ${unit}  (${notes.join('; ')})`;
}

function shown(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory_gib: Math.round(totalmem() / GIB),
    os: `${type()} ${release()}`,
    /** Others at work on the machine make every figure larger. */
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function packageVersion(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return String(version);
}
