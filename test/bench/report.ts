/** What every suite of the benchmark gives, and how it is shown. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

export interface Row {
  readonly work: string;
  readonly unit: string;
  /** Median. */
  readonly ours: number;
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

export function reportOf(rows: readonly Row[]): Report {
  const versions = {
    'edge-composer': packageVersion(ROOT),
    node: process.versions.node,
    v8: process.versions.v8,
    yaml: packageVersion(join(ROOT, 'node_modules/yaml')),
    zod: packageVersion(join(ROOT, 'node_modules/zod')),
  };
  return { machine: machine(), versions, rows };
}

export function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const exact = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
  return Math.round(exact * 100) / 100;
}

export function tableOf({ machine: on, versions, rows }: Report): string {
  const width = Math.max(...rows.map(({ work }) => work.length));
  return [
    `${on.cpu}, ${on.cores} cores, ${on.memory_gib} GiB, ${on.os}, load ${on.load}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    ...rows.map(
      ({ work, unit, ours, runs, cpu }) =>
        `${work.padEnd(width)}  ${ours.toFixed(1).padStart(8)} ${unit}  (median of ${runs}${cpu === undefined ? '' : `; ${cpu.toFixed(1)} ${unit} of CPU`})`,
    ),
    '',
  ].join('\n');
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
