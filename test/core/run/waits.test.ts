/** Steps that wait: for time, for an event, for people; also across a death. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Verdict } from '../../../src/core/run/record.ts';
import { restore } from '../../../src/core/run/restore.ts';
import { call, each, give, recipe } from '../../support/recipe-text.ts';
import { EPOCH, settled } from '../../support/manual-clock.ts';
import { driveRun, runRecipe, runToEnd, startRun } from '../../support/run-recipe.ts';
import type { StartedRun } from '../../support/run-recipe.ts';
import { storedRun } from '../../support/run-rows.ts';

const wait = (id: string, more: JsonObject): JsonObject => ({ id, type: 'wait', ...more });
const ask = (id: string, more: JsonObject = {}): JsonObject => ({ id, type: 'hitl', ...more });
const yes = (decidedBy = 'ann', more: Partial<Verdict> = {}): Verdict => ({
  approved: true,
  decidedBy,
  decidedAt: EPOCH,
  ...more,
});
const no = (decidedBy = 'bob'): Verdict => ({ ...yes(decidedBy), approved: false });

async function tell(run: StartedRun, key: string, verdict: Verdict): Promise<void> {
  run.driver.post({ type: 'verdict', key, verdict });
  await settled();
}

async function deliver(
  run: StartedRun,
  event: string,
  payload: JsonObject | null = null,
): Promise<void> {
  run.driver.post({ type: 'deliver', event, payload });
  await settled();
}

/** The same run in another life: nothing is taken over but the rows. */
async function reborn(run: StartedRun): Promise<StartedRun> {
  run.driver.stop();
  const { identity, plan } = run.state;
  const state = restore(storedRun(identity, plan, run.records));
  const next = driveRun(state, { clock: run.clock });
  next.driver.post({ type: 'wake' });
  await settled();
  return next;
}

describe('a wait for time', () => {
  it.each<[string, JsonObject, number]>([
    ['seconds', { for: 90 }, 90_000],
    ['a duration', { for: '1m30s' }, 90_000],
    ['a duration that a template gives', { for: '{{ 45 * 2 }}' }, 90_000],
    ['a time', { until: '2030-01-31T12:01:30Z' }, 90_000],
    ['a time in seconds', { until: EPOCH / 1000 + 90 }, 90_000],
    ['a time that is past', { until: '2020-01-01T00:00:00Z' }, 0],
  ])('takes %s', async (_, more, ms) => {
    const run = await startRun(recipe({ nodes: [wait('w', more), give('z', 1)] }));
    if (ms > 0) {
      expect(run.view()).toMatchObject({
        status: 'waiting',
        nodes: [{ key: 'w', status: 'waiting' }],
      });
      await run.clock.advance(ms - 1);
      expect(run.functions.calls).toEqual([]);
      await run.clock.advance(1);
    }
    await runToEnd(run);
    expect(run.outputs()).toMatchObject({ z: 1 });
    expect(run.output('w')).toHaveProperty('waited_until');
  });

  it.each<[string, JsonObject]>([
    ['no duration', { for: '{{ "soon" }}' }],
    ['no time', { until: '{{ "soon" }}' }],
  ])('fails when it gives %s', async (_, more) => {
    const run = await runRecipe(recipe({ nodes: [wait('w', more)] }));
    expect(run.state.failure).toMatchObject({ code: 'template_error', node: 'w' });
  });

  it('goes on after a death, at the same instant', async () => {
    const run = await startRun(recipe({ nodes: [wait('w', { for: 60 }), give('z', 1)] }));
    await run.clock.advance(30_000);
    const next = await reborn(run);
    expect(next.view().status).toBe('waiting');
    await next.clock.advance(29_999);
    expect(next.view().status).toBe('waiting');
    await next.clock.advance(1);
    await runToEnd(next);
    expect(next.outputs()).toMatchObject({ z: 1 });
  });

  it('is over at once after a death that lasted longer', async () => {
    const run = await startRun(recipe({ nodes: [wait('w', { for: 60 }), give('z', 1)] }));
    run.driver.stop();
    await run.clock.advance(3_600_000);
    expect((await runToEnd(await reborn(run))).outputs()).toMatchObject({ z: 1 });
  });

  it('lets other branches go on meanwhile', async () => {
    const run = await startRun(
      recipe({
        nodes: [wait('w', { for: 60 }), give('a', 1)],
        edges: ['START to w', 'START to a'],
      }),
    );
    expect(run.statuses()).toMatchObject({ a: 'completed' });
    expect(run.view().status).toBe('waiting');
  });

  it('may be a task of a map and part of a loop', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [each('m', [1, 2], { type: 'wait', for: '{{ item }}' }), wait('w', { for: 5 })],
        edges: ['START to m', 'm to w', 'w to w if visits.w < 3'],
      }),
    );
    expect(run.status()).toBe('completed');
    expect(run.state.endedAt).toBe(EPOCH + 2_000 + 15_000);
  });
});

describe('a wait for an event', () => {
  const text = recipe({
    nodes: [wait('w', { event: 'paid', timeout: 60 }), give('z', '{{ w.payload.sum }}')],
  });

  it('ends with what the event brings', async () => {
    const run = await startRun(text);
    await deliver(run, 'other', { sum: 1 });
    expect(run.view().status).toBe('waiting');
    await deliver(run, 'paid', { sum: 7 });
    await runToEnd(run);
    expect(run.outputs()).toEqual({
      w: { received: true, timed_out: false, payload: { sum: 7 } },
      z: 7,
    });
  });

  it('ends without one after its time', async () => {
    const run = await runRecipe(text);
    expect(run.output('w')).toEqual({ received: false, timed_out: true, payload: null });
    expect(run.state.endedAt).toBe(EPOCH + 60_000);
  });

  it('takes one that came before it, also across a death', async () => {
    const run = await startRun(
      recipe({ nodes: [wait('first', { event: 'go' }), wait('w', { event: 'paid' })] }),
    );
    await deliver(run, 'paid', { sum: 7 });
    const next = await reborn(run);
    await deliver(next, 'go');
    await runToEnd(next);
    expect(next.output('w')).toMatchObject({ received: true, payload: { sum: 7 } });
  });

  it('reaches every step that waits for it, and none that comes later', async () => {
    const run = await startRun(
      recipe({
        nodes: [
          wait('a', { event: 'go' }),
          wait('b', { event: 'go' }),
          wait('c', { event: 'go', timeout: 10 }),
        ],
        edges: ['START to a', 'START to b', 'a to c', 'b to c'],
      }),
    );
    await deliver(run, 'go', { n: 1 });
    await runToEnd(run);
    expect([run.output('a'), run.output('b'), run.output('c')]).toMatchObject([
      { received: true },
      { received: true },
      { received: false },
    ]);
  });

  it('keeps a hundred early events and no more', async () => {
    const run = await startRun(recipe({ nodes: [call('a', 'gate')] }));
    for (let n = 0; n < 150; n += 1)
      run.driver.post({ type: 'deliver', event: `e${n}`, payload: null });
    expect(run.state.inbox).toHaveLength(100);
  });
});

describe('a wait for a person', () => {
  const text = recipe({
    nodes: [
      ask('ok', { title: 'Publish {{ 1 + 1 }}?', input: { d: '{{ run.id }}' }, timeout: 60 }),
      give('z', 1),
    ],
    edges: ['ok to z if ok.approved'],
  });

  it('shows what the person is asked', async () => {
    const run = await startRun(text);
    expect(run.state.active.get('ok')?.waiting).toMatchObject({
      kind: 'approval',
      request: { title: 'Publish 2?', input: { d: 'run_01' }, approvalsRequired: 1 },
    });
  });

  it('ends with the decision, whose fields are the output', async () => {
    const run = await startRun(text);
    await tell(
      run,
      'ok',
      yes('ann', { comments: 'fine', form: { price: 5, approved: false, decided_by: 'x' } }),
    );
    await runToEnd(run);
    expect(run.output('ok')).toEqual({
      price: 5,
      approved: true,
      comments: 'fine',
      modifications: null,
      decided_by: 'ann',
      decided_at: '2030-01-31T12:00:00.000Z',
      timed_out: false,
    });
    expect(run.outputs()).toHaveProperty('z', 1);
  });

  it('ends with the first rejection', async () => {
    const run = await startRun(recipe({ nodes: [ask('ok', { approvals_required: 3 })] }));
    await tell(run, 'ok', yes('ann'));
    expect(run.view().status).toBe('waiting');
    await tell(run, 'ok', no());
    await runToEnd(run);
    expect(run.output('ok')).toMatchObject({
      approved: false,
      decided_by: 'bob',
      decided_by_all: ['ann', 'bob'],
    });
  });

  it('waits for as many people as it asks for, each counted once, across a death', async () => {
    const run = await startRun(recipe({ nodes: [ask('ok', { approvals_required: 2 })] }));
    await tell(run, 'ok', yes('ann'));
    await tell(run, 'ok', yes('ann'));
    const next = await reborn(run);
    expect(next.view().status).toBe('waiting');
    await tell(next, 'ok', yes('ann'));
    expect(next.view().status).toBe('waiting');
    await tell(next, 'ok', yes('cem'));
    await runToEnd(next);
    expect(next.output('ok')).toMatchObject({ approved: true, decided_by_all: ['ann', 'cem'] });
  });

  it('takes no decision once it is decided', async () => {
    const run = await startRun(recipe({ nodes: [ask('ok'), call('hold', 'gate')] }));
    await tell(run, 'ok', yes());
    const { length } = run.events();
    await tell(run, 'ok', no());
    expect(run.events()).toHaveLength(length);
    expect(run.output('ok')).toMatchObject({ approved: true });
  });

  it.each<[string, object]>([
    ['reject', { approved: false, timed_out: true, decided_by: 'timeout' }],
    ['approve', { approved: true, timed_out: true, decided_by: 'timeout' }],
  ])(
    'with default_action %s decides by itself after its time',
    async (default_action, expected) => {
      const run = await runRecipe(recipe({ nodes: [ask('ok', { timeout: 60, default_action })] }));
      expect(run.output('ok')).toMatchObject(expected);
      expect(run.state.endedAt).toBe(EPOCH + 60_000);
    },
  );

  it('with default_action fail fails after its time', async () => {
    const run = await runRecipe(
      recipe({ nodes: [ask('ok', { timeout: 60, default_action: 'fail' })] }),
    );
    expect(run.state.failure).toMatchObject({ code: 'timeout', node: 'ok' });
  });

  it('with default_action escalate waits on, and says so', async () => {
    const run = await startRun(
      recipe({ nodes: [ask('ok', { timeout: 60, default_action: 'escalate' })] }),
    );
    await run.clock.advance(60_000);
    expect(run.view().status).toBe('waiting');
    expect(run.warnings()).toEqual(['escalated']);
    await run.clock.advance(1_000_000);
    const next = await reborn(run);
    expect(next.view().status).toBe('waiting');
    await tell(next, 'ok', yes());
    await runToEnd(next);
    expect(next.output('ok')).toMatchObject({ approved: true });
  });

  it('has its own key in each item and each visit', async () => {
    const run = await startRun(
      recipe({
        nodes: [
          each('m', ['x', 'y'], { type: 'hitl', title: '{{ item }}' }, { collect: 'values' }),
          ask('ok'),
        ],
        edges: ['START to m', 'm to ok', 'ok to ok if not ok.approved'],
      }),
    );
    expect([...run.state.active.keys()]).toEqual(['m', 'm[0]', 'm[1]']);
    await tell(run, 'm[1]', no());
    const next = await reborn(run);
    expect([...next.state.active.keys()]).toEqual(['m', 'm[0]']);
    await tell(next, 'm[0]', yes());
    await tell(next, 'ok', no());
    expect([...next.state.active.keys()]).toEqual(['ok@2']);
    await tell(next, 'ok@2', yes());
    await runToEnd(next);
    expect(next.outputs()).toMatchObject({
      m: [{ approved: true }, { approved: false }],
      ok: { approved: true },
    });
  });

  it('is ended by a cancel and by a failure elsewhere', async () => {
    const cancelled = await startRun(recipe({ nodes: [ask('ok')] }));
    cancelled.driver.post({ type: 'cancel' });
    expect(cancelled.statuses()).toEqual({ ok: 'cancelled' });
    const failed = await runRecipe(
      recipe({ nodes: [ask('ok'), call('bad', 'fail')], edges: ['START to ok', 'START to bad'] }),
    );
    expect(failed.statuses()).toEqual({ ok: 'cancelled', bad: 'failed' });
    expect(failed.view().status).toBe('failed');
  });

  it('does not keep a map from its own time', async () => {
    const run = await runRecipe(
      recipe({ nodes: [each('m', [1], { type: 'hitl' }, { timeout: 30, on_error: 'continue' })] }),
    );
    expect(run.output('m')).toMatchObject({ success: false, error: { code: 'timeout' } });
    expect(run.state.active.size).toBe(0);
  });

  it('in a map ends with the item_timeout of the map', async () => {
    const run = await runRecipe(
      recipe({
        nodes: [
          each(
            'm',
            [1],
            { type: 'hitl' },
            { item_timeout: 30, on_error: 'skip', collect: 'values' },
          ),
        ],
      }),
    );
    expect(run.state.endedAt).toBe(EPOCH + 30_000);
  });
});
