/** What the fuel counter costs: how much slower a guest computes with it, and how long it takes to put in. */
import { deepStrictEqual } from 'node:assert/strict';
import { FUEL_EXPORT } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { median } from '../report.ts';
import { buildGuests } from './guests.ts';
import type { Row, SuiteOptions } from '../report.ts';
import type { Guest } from './guest.ts';

const ROUNDS = { quick: 5, full: 11 };
/** Passes of a round, of which the shortest counts. */
const PASSES = 15;
/** Until the engine has optimised what is measured. */
const WARM_UP_MS = { quick: 300, full: 2_000 };
const PLENTY = 2n ** 62n;
const MEGABYTE = 1_000_000;

// SAFETY: the Workers types declare `Module` abstract, as a Worker may not compile; Node may.
const NodeModule = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

export async function measureMetering({ quick }: SuiteOptions): Promise<readonly Row[]> {
  const size = quick ? 'quick' : 'full';
  const guests = await buildGuests();
  const overheads = guests.map((guest) => overheadOf(guest, size));
  const percent = (work: string, ours: number): Row => ({
    work,
    unit: '%',
    ours,
    peers: {},
    runs: ROUNDS[size],
  });
  return [
    percent('metering_overhead_percent', median(overheads)),
    ...guests.map(({ language }, i) =>
      percent(`metering_overhead_percent_${language}`, overheads[i] ?? Number.NaN),
    ),
    {
      work: 'instrument_mb_per_s',
      unit: 'MB/s',
      ours: instrumentSpeed(guests, size),
      peers: {},
      runs: ROUNDS[size],
    },
  ];
}

type Size = keyof typeof ROUNDS;

/** The two are run in turn. Others at work make a pass longer and never shorter, so the shortest are compared. */
function overheadOf(guest: Guest, size: Size): number {
  const plain = guest.open(new NodeModule(guest.wasm));
  const metered = guest.open(new NodeModule(instrument(guest.wasm)));
  deepStrictEqual(metered(), plain());
  const until = performance.now() + WARM_UP_MS[size];
  while (performance.now() < until) {
    plain();
    metered();
  }
  const ratios = Array.from({ length: ROUNDS[size] }, () => shortest(metered, plain));
  return median(ratios.map((ratio) => (ratio - 1) * 100));
}

/** What the shortest pass of the one takes, as a part of that of the other. */
function shortest(one: () => unknown, other: () => unknown): number {
  const times = [Infinity, Infinity] as [number, number];
  for (let i = 0; i < PASSES; i += 1) {
    times[0] = Math.min(times[0], timeOf(one));
    times[1] = Math.min(times[1], timeOf(other));
  }
  return times[0] / times[1];
}

function timeOf(pass: () => unknown): number {
  const start = performance.now();
  pass();
  return performance.now() - start;
}

/** Milliseconds that this thread computed: others at work do not make it longer. */
function cpuOf(pass: () => unknown): number {
  const before = process.threadCpuUsage();
  for (let i = 0; i < 4; i += 1) pass();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function instrument(wasm: Uint8Array): Uint8Array {
  const made = instrumentModule(wasm, { fuelExport: FUEL_EXPORT, startFuel: PLENTY });
  if (!made.ok) throw new Error(`Cannot measure a guest: ${made.error.message}`);
  return made.value.wasm;
}

function instrumentSpeed(guests: readonly Guest[], size: Size): number {
  const modules = guests.map(({ wasm }) => wasm);
  const bytes = modules.reduce((sum, { length }) => sum + length, 0);
  const all = () => modules.forEach(instrument);
  const until = performance.now() + WARM_UP_MS[size];
  while (performance.now() < until) all();
  return median(
    Array.from({ length: ROUNDS[size] }, () => (4 * bytes) / MEGABYTE / (cpuOf(all) / 1_000)),
  );
}
