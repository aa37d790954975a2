/** Runs the tables of what recipes do: every row holds, under every concurrency of its own. */
import { describe, expect, it } from 'vitest';
import { settled } from '../support/manual-clock.ts';
import { runToEnd, startRun } from '../support/run-recipe.ts';
import type { StartedRun } from '../support/run-recipe.ts';
import { createTestFunctions } from '../support/test-functions.ts';
import { RUN_EDGES } from './run-edges.ts';
import { RUN_INPUTS } from './run-inputs.ts';
import { RUN_MAPS } from './run-maps.ts';
import { RUN_NODES } from './run-nodes.ts';
import { RUN_OUTPUTS } from './run-outputs.ts';
import { RUN_HITL } from './run-hitl.ts';
import { RUN_PROBES } from './run-probes.ts';
import type { Answer, RunRow } from './run-row.ts';
import { RUN_VALUES } from './run-values.ts';

const SECTIONS = {
  '3 inputs': RUN_INPUTS,
  '4 nodes': RUN_NODES,
  '5 values, templates, conditions': RUN_VALUES,
  '6 map': RUN_MAPS,
  '7 edges, joins, cycles, sub-recipes': RUN_EDGES,
  '8 hitl': RUN_HITL,
  '9 outputs': RUN_OUTPUTS,
  'all, against the grain': RUN_PROBES,
};

/** Answers only once everything that may be under way is. */
const waits = (): Promise<void> => settled();

async function check({
  text,
  sources = {},
  prompts = {},
  inputs = {},
  answers = [],
  expect: expected,
}: RunRow): Promise<void> {
  const functions = createTestFunctions({ before: waits });
  const started = await startRun(text, { sources, prompts, inputs, functions });
  for (const answer of answers) await decide(started, answer);
  const run = await runToEnd(started);
  const { status = expected.code === undefined ? 'completed' : 'failed' } = expected;
  expect({ status: run.status(), code: run.state.failure?.code }).toEqual({
    status,
    code: expected.code,
  });
  if (expected.outputs !== undefined) expect(run.outputs()).toEqual(expected.outputs);
  if (expected.missing !== undefined) expect(run.state.result?.missing).toEqual(expected.missing);
  if (expected.node !== undefined) expect(run.state.failure?.node).toBe(expected.node);
  if (expected.statuses !== undefined) expect(run.statuses()).toMatchObject(expected.statuses);
  if (expected.calls !== undefined) expect(functions.calls).toHaveLength(expected.calls);
  if (expected.atOnce !== undefined) expect(functions.highWater()).toBe(expected.atOnce);
  expect([...new Set(run.warnings())]).toEqual(expected.warnings ?? []);
}

async function decide(
  { driver, clock }: StartedRun,
  { key, by, approved = true, ...more }: Answer,
): Promise<void> {
  const verdict = { approved, decidedBy: by, decidedAt: clock.now(), ...more };
  driver.post({ type: 'verdict', key, verdict });
  await settled();
}

describe.each(Object.entries(SECTIONS))('section %s, run', (_, rows) => {
  it.each(rows.map((row) => [`${row.rule} ${row.name}`, row] as const))(
    '%s',
    async (_name, row) => {
      await check(row);
    },
  );

  it('names no row twice', () => {
    const names = rows.map(({ rule, name }) => `${rule} ${name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});
