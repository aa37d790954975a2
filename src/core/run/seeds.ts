/** What a run was given of an earlier one: taken where the run comes to the same step, never before. */
import { utf8Length } from '../json.ts';
import type { LedgerRow, Seeds, StepRow } from './record.ts';
import { createLedger } from './state.ts';
import type { Active, Ledger, Opened, RunState } from './state.ts';
import { countOutcome } from './write.ts';

/** Gives a new run its seeds, and has its first turn write them. */
export function plant(state: RunState, { steps, ledger }: Seeds): void {
  for (const row of steps) {
    state.seeds.set(row.key, row);
    state.changes.steps.set(row.key, row);
  }
  enterLedgers(state, ledger);
  for (const { key, segment } of ledger) {
    const segments = state.changes.segments.get(key) ?? new Set();
    state.changes.segments.set(key, segments.add(segment));
  }
}

export function enterLedgers(state: RunState, rows: readonly LedgerRow[]): void {
  for (const { key, segment, entries } of rows.toSorted((a, b) => a.segment - b.segment)) {
    const ledger = state.ledgers.get(key) ?? createLedger();
    state.ledgers.set(key, ledger);
    ledger.segments[segment] = [...entries];
    ledger.tailBytes = utf8Length(JSON.stringify(entries));
    for (const [index, outcome] of entries) countOutcome(ledger, index, outcome);
  }
}

/** What a map goes over, and which of its items are decided already: those that are as they were. */
export function takeItems(
  state: RunState,
  { key }: Active,
  opened: Opened,
): { readonly opened: Opened; readonly ledger: Ledger } {
  const seed = state.seeds.get(key);
  if (seed?.redo === undefined) return { opened, ledger: createLedger() };
  const { index: edited, item } = seed.redo;
  const items =
    item === undefined
      ? opened.items
      : opened.items.map((each, index) => (index === edited ? item : each));
  return { opened: { ...opened, items }, ledger: keepSame(state, seed, { ...opened, items }) };
}

function keepSame(state: RunState, seed: StepRow, { items, keys }: Opened): Ledger {
  const planted = state.ledgers.get(seed.key) ?? createLedger();
  const isSame = (index: number): boolean =>
    index < items.length &&
    JSON.stringify(items[index]) === JSON.stringify(seed.items?.[index]) &&
    keys?.[index] === seed.itemKeys?.[index];
  const segments = planted.segments.map((entries) => entries.filter(([index]) => isSame(index)));
  if (segments.every((entries, at) => entries.length === planted.segments[at]?.length))
    return planted;
  const ledger: Ledger = { ...createLedger(), segments };
  ledger.tailBytes = utf8Length(JSON.stringify(segments.at(-1) ?? []));
  for (const [index, outcome] of segments.flat()) countOutcome(ledger, index, outcome);
  state.changes.segments.set(seed.key, new Set(segments.keys()));
  return ledger;
}
