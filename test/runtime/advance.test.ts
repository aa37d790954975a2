/** The driver: facts in, turns written before attempts begin, answers taken as they come. */
import { describe, expect, it } from 'vitest';
import { createRunState } from '../../src/core/run/state.ts';
import { call, each, give, recipe, task } from '../support/recipe-text.ts';
import { createManualClock, settled } from '../support/manual-clock.ts';
import {
  driveRun,
  identityOf,
  planOf,
  runRecipe,
  runToEnd,
  startRun,
} from '../support/run-recipe.ts';
import { createTestFunctions } from '../support/test-functions.ts';

const side = recipe({
  nodes: [call('a', 'gate'), call('b', 'gate'), give('c', 3)],
  edges: ['START to a', 'START to b', 'a to c', 'b to c'],
});

describe('createDriver()', () => {
  it('takes answers that arrive together in one turn', async () => {
    const run = await startRun(side);
    for (const gate of run.functions.gates) gate.open(1);
    await settled();
    // Start; both answers; the join's.
    expect(run.records).toHaveLength(3);
  });

  it('takes answers that arrive apart in turns of their own', async () => {
    const run = await startRun(side);
    for (const gate of run.functions.gates) {
      gate.open(1);
      await settled();
    }
    expect(run.records).toHaveLength(4);
  });

  it('writes a turn before it begins the attempts of the turn', async () => {
    const functions = createTestFunctions();
    const callsAtCommit: number[] = [];
    await startRun(side, { functions, onCommit: () => callsAtCommit.push(functions.calls.length) });
    expect(callsAtCommit).toEqual([0]);
    expect(functions.calls).toHaveLength(2);
  });

  it('ends a run whose turn broke, and says so in its history', async () => {
    const text = recipe({
      nodes: [{ ...call('a', 'fail', { code: 'timeout' }), retry: { max_attempts: 3 } }],
    });
    const broken = () => {
      throw new Error('no chance today');
    };
    const run = await runToEnd(await startRun(text, { random: broken }));
    expect(run.state).toMatchObject({ status: 'failed', failure: { code: 'internal' } });
    expect(run.records.flatMap(({ events }) => events).at(-1)).toMatchObject({
      type: 'run.failed',
    });
  });

  it('has written the turn when post() returns', async () => {
    const state = createRunState(identityOf(), planOf(side));
    const { driver, records } = driveRun(state);
    driver.post({ type: 'start' });
    expect(records).toHaveLength(1);
    expect(state.status).toBe('running');
  });

  it('aborts what is in flight once its step is decided otherwise, and ignores its answer', async () => {
    const run = await startRun(side);
    const [a, b] = run.functions.gates;
    a!.break('plugin_error');
    await settled();
    expect(b!.signal.aborted).toBe(true);
    const { length } = run.records;
    b!.open('too late');
    await settled();
    expect(run.records).toHaveLength(length);
  });

  it('resolves `ended` once, when the run has ended', async () => {
    const run = await startRun(side);
    let ends = 0;
    void run.driver.ended.then(() => (ends += 1));
    await settled();
    expect(ends).toBe(0);
    for (const gate of run.functions.gates) gate.open(1);
    await settled();
    expect(ends).toBe(1);
  });

  it('aborts what is in flight when it is stopped, without a word in the history', async () => {
    const run = await startRun(side);
    const { length } = run.records;
    run.driver.stop();
    await settled();
    expect(run.functions.gates.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(run.records).toHaveLength(length);
  });

  it('lets other work of the isolate go on between many turns', async () => {
    const clock = createManualClock();
    let pauses = 0;
    const watched = {
      ...clock,
      sleep: (ms: number, signal?: AbortSignal) => {
        if (ms === 0) pauses += 1;
        return clock.sleep(ms, signal);
      },
    };
    const nodes = Array.from({ length: 200 }, (_, index) => give(`n${index}`, index));
    await runRecipe(recipe({ nodes }), { clock: watched });
    expect(pauses).toBeGreaterThan(2);
  });

  it('asks to be woken for a retry and for nothing when nothing is due', async () => {
    const retry = { max_attempts: 2, initial_delay: 5, jitter: 0 };
    const run = await startRun(
      recipe({ nodes: [call('a', 'flaky', { times: 1, value: 1 }, { retry }), call('b', 'gate')] }),
    );
    expect(run.records.at(-1)?.run.dueAt).toBe(run.clock.now() + 5_000);
    await run.clock.advance(5_000);
    expect(run.records.at(-1)?.run).not.toHaveProperty('dueAt');
    run.functions.gates[0]!.open(1);
    await runToEnd(run);
  });

  it('never has more items in flight than a map allows', async () => {
    const over = Array.from({ length: 60 }, (_, index) => index);
    const run = await startRun(
      recipe({ nodes: [each('m', over, task('gate'), { max_concurrency: 7 })] }),
    );
    while (run.functions.gates.length > 0) {
      for (const gate of run.functions.gates.splice(0, 3)) gate.open(1);
      await settled();
    }
    expect(run.functions.highWater()).toBe(7);
    expect(run.status()).toBe('completed');
  });
});
