/** A node's `cache` and `rate_limit`, with time standing still. */
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { createManualClock, settled } from '../../support/manual-clock.ts';
import { restore } from '../../../src/core/run/restore.ts';
import { driveRun, startRun } from '../../support/run-recipe.ts';
import { storedRun } from '../../support/run-rows.ts';
import type { RunOptions, StartedRun } from '../../support/run-recipe.ts';
import { createTestStores } from '../../support/stores.ts';
import type { Models } from '../../../src/runtime/ports/models.ts';

const MINUTE = 60_000;

/** Everything that runs share: time, stores and a model that counts. */
function makeWorld() {
  const clock = createManualClock();
  const stores = createTestStores(clock);
  const background: Promise<unknown>[] = [];
  const asked: JsonObject[] = [];
  const state = { fails: false, pauseMs: 0 };
  const signals: AbortSignal[] = [];
  let runs = 0;
  const models: Models = {
    async generate(call, { signal }) {
      signals.push(signal);
      asked.push({ ...call.options, model: call.model });
      if (state.pauseMs > 0) await clock.sleep(state.pauseMs);
      if (state.fails) {
        return { ok: false, error: { code: 'provider_error', message: 'No', retryable: false } };
      }
      const usage = { inputTokens: 10, outputTokens: 5 };
      const output = `answer ${asked.length}`;
      return ok({ output, usage, toolCalls: [], finish: 'stop', ignored: [] });
    },
  };
  const run = (text: string, options: RunOptions = {}): Promise<StartedRun> =>
    startRun(text, {
      id: `run_${++runs}`,
      clock,
      models,
      stores: { ...stores, background: (work) => void background.push(work) },
      ...options,
    });
  return { clock, stores, asked, signals, state, background, run };
}

const recipe = (node: string, more = ''): string => `
name: cached
user_inputs:
  - {id: topic, type: string, default: tea}
nodes:
  - id: draft
    type: language_task
    model: {provider: mock, model: one, temperature: 0.5}
    prompt: "About {{topic}}"
    ${node}
${more}`;

const statsOf = (run: StartedRun, key = 'draft') => run.state.rows.get(key)?.stats;

describe('a node with a cache', () => {
  it('is made once, and then found: no tokens, no fuel, and counted as a hit', async () => {
    const { run, asked } = makeWorld();
    const first = await run(recipe('cache: 1h'));
    expect(statsOf(first)).toMatchObject({ cached: false, inputTokens: 10, outputTokens: 5 });
    const second = await run(recipe('cache: 1h'));
    expect(second.output('draft')).toBe('answer 1');
    expect(statsOf(second)).toMatchObject({
      cached: true,
      fuel: 0,
      inputTokens: 0,
      outputTokens: 0,
    });
    expect(asked).toHaveLength(1);
    const view = second.view();
    expect('metrics' in view && view.metrics).toMatchObject({
      cache_hits: 1,
      cache_hit_rate: 1,
      input_tokens: 0,
      fuel: 0,
    });
    expect(second.events().find(({ type }) => type === 'node.completed')).toMatchObject({
      stats: { cached: true },
    });
  });

  it.each([
    ['input', recipe('cache: 1h'), { inputs: { topic: 'coffee' } }],
    ['model', recipe('cache: 1h').replace('model: one', 'model: two'), {}],
    ['option of the model', recipe('cache: 1h').replace('0.5', '0.6'), {}],
    ['system text', recipe('cache: 1h\n    system: Be brief'), {}],
    ['schema', recipe('cache: 1h\n    response_schema: {type: string}'), {}],
  ])('another %s is a miss', async (_what, text, options) => {
    const { run, asked } = makeWorld();
    await run(recipe('cache: 1h'));
    const other = await run(text, options);
    expect(other.status()).toBe('completed');
    expect(statsOf(other)).toMatchObject({ cached: false });
    expect(asked).toHaveLength(2);
  });

  it('another hash of a plugin is a miss, also under a key of its own', async () => {
    const world = makeWorld();
    const text = (node: string) => `
name: called
nodes:
  - id: draft
    type: function_task
    function_identifier: test.echo
    input: {text: hello}
    ${node}
`;
    for (const node of ['cache: 1h', 'cache: {ttl: 1h, key: same}']) {
      const { state } = await world.run(text(node));
      const [reference = ''] = Object.keys(state.plan.functions);
      const pin = state.plan.functions[reference]!;
      const plan = { ...state.plan, functions: { [reference]: { ...pin, hash: 'e'.repeat(64) } } };
      const again = await world.run(state.plan as never);
      expect(statsOf(again)).toMatchObject({ cached: true, fuel: 0 });
      const changed = await world.run(plan as never);
      expect(statsOf(changed)).toMatchObject({ cached: false });
    }
  });

  it('falsy results are results', async () => {
    const world = makeWorld();
    for (const value of ['null', 'false', '0', '""', '[]']) {
      const text = `
name: falsy
nodes:
  - {id: draft, type: function_task, function_identifier: test.echo, input: {text: ${value}}, cache: 1h}
`;
      const first = await world.run(text);
      const second = await world.run(text);
      expect(statsOf(second)).toMatchObject({ cached: true });
      expect(second.output('draft')).toEqual(first.output('draft'));
    }
  });

  it('a failure is never kept', async () => {
    const { run, asked, state } = makeWorld();
    state.fails = true;
    expect((await run(recipe('cache: 1h'))).status()).toBe('failed');
    state.fails = false;
    const second = await run(recipe('cache: 1h'));
    expect(second.status()).toBe('completed');
    expect(statsOf(second)).toMatchObject({ cached: false });
    expect(asked).toHaveLength(2);
  });

  it('an entry that is not one of ours is a miss, and is replaced', async () => {
    const world = makeWorld();
    const { cache } = world.stores;
    const texts = ['', 'not json', '{"v":2,"output":1}', '{"v":1}', '\u0000\uffff', '[1]', 'null'];
    for (const text of texts) {
      const keys: string[] = [];
      const spied = {
        ...cache,
        take: (...args: Parameters<typeof cache.take>) => {
          keys.push(args[1]);
          return cache.take(...args);
        },
      };
      const one = await world.run(recipe('cache: 1h'), {
        stores: { ...world.stores, cache: spied },
      });
      expect(one.status()).toBe('completed');
      await cache.set('tenant', keys[0]!, { value: new TextEncoder().encode(text), ttlMs: MINUTE });
      const two = await world.run(recipe('cache: 1h'));
      await world.clock.advance(100);
      expect([text, two.status(), statsOf(two)?.cached]).toEqual([text, 'completed', false]);
    }
  });

  it('a value past its time is made anew', async () => {
    const { run, clock, asked } = makeWorld();
    await run(recipe('cache: 1h'));
    await clock.advance(60 * MINUTE);
    expect(statsOf(await run(recipe('cache: 1h')))).toMatchObject({ cached: false });
    expect(asked).toHaveLength(2);
  });

  it('a stale value is served while one is made behind it', async () => {
    const { run, clock, asked, background } = makeWorld();
    const text = recipe('cache: {ttl: 1m, stale: 1h}');
    await run(text);
    await clock.advance(2 * MINUTE);
    const stale = await run(text);
    expect(stale.output('draft')).toBe('answer 1');
    expect(statsOf(stale)).toMatchObject({ cached: true });
    expect(background).toHaveLength(1);
    await Promise.all(background);
    const fresh = await run(text);
    expect(fresh.output('draft')).toBe('answer 2');
    expect(asked).toHaveLength(2);
  });

  it('what is made behind a stale value has a time of its own, and its run hears nothing of it', async () => {
    const { run, clock, signals, state, background } = makeWorld();
    const text = recipe('cache: {ttl: 1m, stale: 1h}\n    timeout: 30s');
    await run(text);
    await clock.advance(2 * MINUTE);
    state.pauseMs = 10 * MINUTE;
    const stale = await run(text);
    stale.driver.post({ type: 'cancel' });
    const told = stale.events().length;
    await settled();
    expect(signals).toHaveLength(2);
    expect(signals[1]!.aborted).toBe(false);
    await clock.advance(29_999);
    expect(signals[1]!.aborted).toBe(false);
    await clock.advance(1);
    expect(signals[1]!.aborted).toBe(true);
    await clock.advance(10 * MINUTE);
    await Promise.all(background);
    expect(stale.events()).toHaveLength(told);
    expect(stale.view()).toMatchObject({ metrics: { input_tokens: 0 } });
  });

  it('a refresh that fails leaves the stale value until it is dead', async () => {
    const { run, clock, asked, state, background } = makeWorld();
    const text = recipe('cache: {ttl: 1m, stale: 1h}');
    await run(text);
    await clock.advance(2 * MINUTE);
    state.fails = true;
    for (let count = 0; count < 3; count += 1) {
      const stale = await run(text);
      expect([stale.status(), stale.output('draft')]).toEqual(['completed', 'answer 1']);
      await Promise.all(background);
    }
    // Each tried anew.
    expect(asked).toHaveLength(4);
    state.fails = false;
    await run(text);
    await Promise.all(background);
    expect((await run(text)).output('draft')).toBe('answer 5');
  });

  it('of a hundred runs that miss one key one asks', async () => {
    const { run, clock, asked, state } = makeWorld();
    state.pauseMs = 3_000;
    const runs = await Promise.all(Array.from({ length: 100 }, () => run(recipe('cache: 1h'))));
    await clock.advance(10_000);
    expect(new Set(runs.map((each) => each.output('draft')))).toEqual(new Set(['answer 1']));
    expect(asked).toHaveLength(1);
    expect(runs.filter((each) => statsOf(each)?.cached === true)).toHaveLength(99);
  });

  it('when the one that makes it fails, another does', async () => {
    const { run, clock, asked, state } = makeWorld();
    state.pauseMs = 3_000;
    state.fails = true;
    const failing = await run(recipe('cache: 1h'));
    const waiting = await run(recipe('cache: 1h'));
    await clock.advance(3_000);
    state.fails = false;
    await clock.advance(10_000);
    expect(failing.status()).toBe('failed');
    expect(waiting.output('draft')).toBe('answer 2');
    expect(asked).toHaveLength(2);
  });

  it('waits no longer than the lease for somebody who never comes back', async () => {
    const { run, clock, stores } = makeWorld();
    const gone = { ...stores.cache, take: async () => ({}) };
    const waiting = await run(recipe('cache: 1h'), { stores: { ...stores, cache: gone } });
    await clock.advance(MINUTE);
    await settled();
    expect(waiting.status()).toBe('completed');
  });

  it.each([
    ['run', 'found in the same run alone', [false, true, false]],
    ['recipe', 'found in every run of the recipe', [false, true, true]],
    ['tenant', 'found everywhere', [false, true, true]],
  ])('of scope %s is %s', async (scope, _what, found) => {
    const world = makeWorld();
    const text = recipe(
      `cache: {ttl: 1h, scope: ${scope}}`,
      `  - id: again
    type: language_task
    model: {provider: mock, model: one, temperature: 0.5}
    prompt: "About {{topic}}"
    cache: {ttl: 1h, scope: ${scope}}`,
    );
    const first = await world.run(text);
    const second = await world.run(text);
    expect([statsOf(first), statsOf(first, 'again'), statsOf(second)]).toMatchObject(
      found.map((cached) => ({ cached })),
    );
  });

  it('a call whose text would not be exact is made, and not kept', async () => {
    const { run, asked } = makeWorld();
    const inputs = { topic: 'half \ud800 of it' };
    await run(recipe('cache: 1h'), { inputs });
    const second = await run(recipe('cache: 1h'), { inputs });
    expect(second.status()).toBe('completed');
    expect(asked).toHaveLength(2);
  });
});

describe('a node with a rate limit', () => {
  const limited = recipe('rate_limit: {limit: 2, window: 1m}');

  it('waits by the timer of its run, and the wait is no attempt', async () => {
    const { run, clock, asked } = makeWorld();
    const runs = [];
    for (let count = 0; count < 3; count += 1) {
      runs.push(await run(limited));
      await clock.advance(10_000);
    }
    const last = runs[2]!;
    expect(asked).toHaveLength(2);
    expect(last.status()).toBe('running');
    const [throttled] = last.events().filter(({ type }) => type === 'node.throttled');
    expect(throttled).toMatchObject({ key: 'draft', policy: 'node', attempt: 1 });
    expect(last.view()).toMatchObject({ nodes: [{ status: 'backoff', attempts: 1 }] });
    await clock.advance(29_999);
    expect(last.status()).toBe('running');
    await clock.advance(1);
    expect(last.status()).toBe('completed');
    expect(last.view()).toMatchObject({ nodes: [{ attempts: 1 }], metrics: { attempts: 1 } });
    expect(last.events().some(({ type }) => type === 'node.retrying')).toBe(false);
  });

  it('items of a map wait for each other, and none is lost', async () => {
    const { run, clock, asked } = makeWorld();
    const started = await run(`
name: many
nodes:
  - id: drafts
    type: map
    over: [1, 2, 3, 4, 5]
    task:
      type: language_task
      prompt: "{{item}}"
      model: {provider: mock, model: one}
      rate_limit: {max_calls: 2, time_window: 60}
`);
    expect(asked).toHaveLength(2);
    await clock.advance(MINUTE);
    expect(asked).toHaveLength(4);
    await clock.advance(MINUTE);
    expect(started.status()).toBe('completed');
    expect(started.output('drafts')).toHaveLength(5);
  });

  it('a result that is found uses nothing up', async () => {
    const { run, asked } = makeWorld();
    const text = recipe('cache: 1h\n    rate_limit: {limit: 1, window: 1h}');
    for (let count = 0; count < 4; count += 1) {
      expect((await run(text)).status()).toBe('completed');
    }
    expect(asked).toHaveLength(1);
  });

  it('calls with the same key share the limit', async () => {
    const { run } = makeWorld();
    const keyed = recipe('rate_limit: {limit: 1, window: 1h, key: "to {{topic}}"}');
    expect((await run(keyed)).status()).toBe('completed');
    expect((await run(keyed)).status()).toBe('running');
    expect((await run(keyed, { inputs: { topic: 'coffee' } })).status()).toBe('completed');
  });

  it('a run that is cancelled while it waits is over', async () => {
    const { run } = makeWorld();
    await run(limited);
    await run(limited);
    const third = await run(limited);
    third.driver.post({ type: 'cancel' });
    expect(third.status()).toBe('cancelled');
  });
});

it('a step that waits for its limit waits on after a restart, under its own number', async () => {
  const { run, clock, stores } = makeWorld();
  const limited = recipe('rate_limit: {limit: 1, window: 1m}');
  await run(limited);
  const { state, records: written, driver } = await run(limited);
  const records = [...written];
  // The first life is over.
  driver.post({ type: 'cancel' });
  const row = records.at(-1)!.run.active[0];
  expect(row).toMatchObject({ key: 'draft', attempt: 1, throttled: true });
  const again = driveRun(restore(storedRun(state.identity, state.plan, records)), {
    clock,
    stores,
  });
  again.driver.post({ type: 'wake' });
  await clock.advance(MINUTE);
  expect(again.status()).toBe('completed');
  expect(again.state.rows.get('draft')?.attempt).toBe(1);
});
