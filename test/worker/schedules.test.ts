/** Schedules in workerd: what is kept, what the alarm starts, over HTTP and with time in hand. */
import { env } from 'cloudflare:workers';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { fail, ok } from '../../src/core/errors.ts';
import type { Result } from '../../src/core/errors.ts';
import {
  createSchedule,
  findSchedule,
  replaceSchedule,
} from '../../src/adapters/durable-objects/catalog-schedules.ts';
import { fireSchedules } from '../../src/adapters/durable-objects/fire-schedules.ts';
import type { ScheduleRuns } from '../../src/adapters/durable-objects/fire-schedules.ts';
import { createSchedules } from '../../src/adapters/durable-objects/schedules.ts';
import type { ScheduleSpec } from '../../src/runtime/ports/schedules.ts';
import { describeSchedules, SPEC } from '../contracts/schedules.ts';
import { bodyOf, call, post } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

// SAFETY: wrangler.toml binds it.
const { CATALOG } = env as unknown as { CATALOG: DurableObjectNamespace };

describeSchedules('Durable Object', () => createSchedules(CATALOG as never), Date.now);

interface ScheduleBody {
  readonly id: string;
  readonly next_at: string | null;
  readonly recent: readonly { tick: string; run_id?: string; error?: { code: string } }[];
}

const catalog = () => CATALOG.get(CATALOG.idFromName('default')) as never;
const send = (method: string, path: string, body: unknown) =>
  call(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

const GREETING = `
name: greet
user_inputs: [{id: day, type: string}, {id: count, type: int, default: 1}]
nodes:
  - {id: greet, type: function_task, function_identifier: json-tools.merge, input: {values: [{day: "{{ day }}"}]}}
`;

describe('over HTTP', () => {
  beforeEach(async () => {
    const put = await call('/v1/recipes/greet', {
      method: 'PUT',
      body: GREETING,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(put.ok).toBe(true);
  });
  const spec = { recipe: 'greet', cron: '0 9 * * *', inputs: { day: '{{ tick[:10] }}' } };

  it('fires a run when its time has come, once for each tick', async () => {
    const made = await bodyOf<ScheduleBody>(await post('/v1/schedules', spec), 201);
    expect(made).toMatchObject({ recipe: 'greet', overlap: 'skip', missed: 'once', recent: [] });
    const tick = Date.parse('2026-05-01T09:00:00Z');
    const rewind = () =>
      runInDurableObject(catalog(), (_object, { storage }) => {
        storage.sql.exec(
          `UPDATE schedules SET wake_at = 1, state = json_set(state, '$.next', ?) WHERE id = ?`,
          tick,
          made.id,
        );
        return storage.setAlarm(Date.now() + 60_000);
      });
    await rewind();
    await runDurableObjectAlarm(catalog());
    const path = `/v1/schedules/${made.id}`;
    const fired = await bodyOf<ScheduleBody>(await call(path), 200);
    const started = fired.recent.find(({ run_id }) => run_id !== undefined);
    expect(Date.parse(fired.next_at!)).toBeGreaterThan(Date.now());
    const run = await bodyOf<RunBody & { labels: object; inputs: { day: string } }>(
      await call(`/v1/runs/${started!.run_id}`),
      200,
    );
    expect(run.labels).toEqual({ schedule: made.id });
    expect(run.inputs.day).toBe(started!.tick.slice(0, 10));

    // As if it had died before it could write down that the run was started.
    await rewind();
    await runDurableObjectAlarm(catalog());
    const again = await bodyOf<ScheduleBody>(await call(path), 200);
    expect(again.recent.filter(({ run_id }) => run_id !== undefined)).toEqual([
      { tick: started!.tick, run_id: started!.run_id },
      { tick: started!.tick, run_id: started!.run_id },
    ]);
  });

  it('says what is wrong before it is kept', async () => {
    for (const [body, status, code] of [
      [{ ...spec, cron: '0 0 30 2 *' }, 400, 'bad_request'],
      [{ ...spec, cron: undefined }, 400, 'bad_request'],
      [{ ...spec, at: '2040-01-01T00:00:00Z' }, 400, 'bad_request'],
      [{ ...spec, cron: undefined, at: '2020-01-01T00:00:00Z' }, 400, 'bad_request'],
      [{ ...spec, cron: undefined, at: '2040-01-01T00:00:00' }, 400, 'bad_request'],
      [{ ...spec, time_zone: 'Mars/Base' }, 400, 'bad_request'],
      [{ ...spec, recipe: 'none' }, 404, 'recipe_not_found'],
      [{ ...spec, inputs: { day: 1, count: 'many' } }, 422, 'inputs_invalid'],
      [{ ...spec, inputs: { day: '{{ tick' } }, 422, 'template_error'],
      [{ ...spec, version: 99 }, 404, 'recipe_not_found'],
      [{ ...spec, owner: 'x' }, 400, 'bad_request'],
    ] as const) {
      const refused = await bodyOf<ProblemBody>(await post('/v1/schedules', body), status);
      expect([body, refused.code]).toEqual([body, code]);
    }
  });

  it('is replaced, paused and deleted', async () => {
    const once = { recipe: 'greet', at: '2040-01-01T09:00:00+02:00', inputs: { day: 'x' } };
    const made = await bodyOf<ScheduleBody>(await post('/v1/schedules', once), 201);
    expect(made.next_at).toBe('2040-01-01T07:00:00.000Z');
    const path = `/v1/schedules/${made.id}`;
    const paused = await send('PUT', path, { ...spec, paused: true });
    expect((await bodyOf<ScheduleBody>(paused, 200)).next_at).toBeNull();
    const { data } = await bodyOf<{ data: ScheduleBody[] }>(await call('/v1/schedules'), 200);
    expect(data.some(({ id }) => id === made.id)).toBe(true);
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
    for (const answer of [
      await call(path),
      await send('PUT', path, spec),
      await call(path, { method: 'DELETE' }),
      await call('/v1/schedules/sch_..%2Fx'),
    ]) {
      expect((await bodyOf<ProblemBody>(answer, 404)).code).toBe('schedule_not_found');
    }
  });

  it('goes on when its recipe is gone, and says what became of each tick', async () => {
    const made = await bodyOf<ScheduleBody>(await post('/v1/schedules', spec), 201);
    await call('/v1/recipes/greet', { method: 'DELETE' });
    await runInDurableObject(catalog(), (_object, { storage }) => {
      storage.sql.exec(
        `UPDATE schedules SET wake_at = 1, state = json_set(state, '$.next', 1000) WHERE id = ?`,
        made.id,
      );
      return storage.setAlarm(Date.now() + 60_000);
    });
    await runDurableObjectAlarm(catalog());
    const after = await bodyOf<ScheduleBody>(await call(`/v1/schedules/${made.id}`), 200);
    expect(after.recent[0]?.error?.code).toBe('recipe_not_found');
    expect(after.next_at).not.toBeNull();
  });
});

// ---------------------------------------------------------------- with time in hand

const START = Date.parse('2026-10-24T21:30:00Z');
const HOUR = 3_600_000;

interface Bench {
  /** Moves time on to every wake on the way. */
  readonly advance: (ms: number) => Promise<void>;
  readonly started: { tick: string; at: string }[];
  readonly cancelled: string[];
  readonly underWay: Set<string>;
  /** What starting answers; by default a fresh run. */
  answer: (count: number) => Result<string>;
  readonly schedule: () => ReturnType<typeof findSchedule>;
  readonly replace: (spec: ScheduleSpec) => void;
}

let benches = 0;
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

async function withSchedule(spec: Partial<ScheduleSpec>, use: (bench: Bench) => Promise<void>) {
  const stub = CATALOG.get(CATALOG.idFromName(`bench-${++benches}`)) as never;
  await runInDurableObject(stub, async (_object, { storage }) => {
    const { sql } = storage;
    let now = START;
    const bench: Bench = {
      started: [],
      cancelled: [],
      underWay: new Set(),
      answer: (count) => ok(`run_${count}`),
      schedule: () => findSchedule(sql, 'sch_1'),
      replace: (next) => void replaceSchedule(sql, { id: 'sch_1', spec: next, now }),
      async advance(ms) {
        const end = now + ms;
        for (;;) {
          const { at } = sql
            .exec<{ at: number | null }>('SELECT min(wake_at) AS at FROM schedules')
            .one();
          if (at === null || at > end) break;
          now = Math.max(now, at);
          await fireSchedules({ sql, now: () => now, runs });
        }
        now = end;
      },
    };
    const runs: ScheduleRuns = {
      async start(_tenant, { tick }) {
        const answer = bench.answer(bench.started.length + 1);
        bench.started.push({ tick: iso(tick), at: iso(now) });
        return answer;
      },
      isUnderWay: async (_tenant, run) => bench.underWay.has(run),
      async cancel(_tenant, run) {
        bench.cancelled.push(run);
        bench.underWay.delete(run);
      },
    };
    createSchedule(sql, { tenant: 't', id: 'sch_1', spec: { ...SPEC, ...spec }, now });
    await use(bench);
    sql.exec('DELETE FROM schedules');
  });
}

describe('an alarm', () => {
  it('fires across the end of summer time as the clock on the wall says', async () => {
    await withSchedule({ cron: '30 2 * * *' }, async ({ advance, started }) => {
      await advance(50 * HOUR);
      expect(started.map(({ tick }) => tick)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
      expect(started.every(({ tick, at }) => tick === at)).toBe(true);
    });
  });

  it('skips a tick while the run of an earlier one has not ended', async () => {
    await withSchedule({ cron: '0 * * * *' }, async ({ advance, started, underWay, schedule }) => {
      await advance(HOUR);
      underWay.add('run_1');
      await advance(2 * HOUR);
      expect(started).toHaveLength(1);
      underWay.clear();
      await advance(HOUR);
      expect(started).toHaveLength(2);
      expect(schedule()!.recent.map((each) => Object.keys(each)[1])).toEqual([
        'run',
        'skipped',
        'skipped',
        'run',
      ]);
    });
  });

  it('lets ticks wait in their order, and starts each when the one before has ended', async () => {
    const hourly = { cron: '0 * * * *', overlap: 'queue' } as const;
    await withSchedule(hourly, async ({ advance, started, underWay, schedule }) => {
      await advance(HOUR);
      underWay.add('run_1').add('run_2');
      await advance(3 * HOUR);
      expect(schedule()!.waiting.map(iso)).toEqual([
        '2026-10-24T23:00',
        '2026-10-25T00:00',
        '2026-10-25T01:00',
      ]);
      underWay.delete('run_1');
      await advance(60_000);
      expect(started.map(({ tick }) => tick)).toEqual(['2026-10-24T22:00', '2026-10-24T23:00']);
      underWay.clear();
      await advance(60_000);
      expect(started.map(({ tick }) => tick.slice(11))).toEqual([
        '22:00',
        '23:00',
        '00:00',
        '01:00',
      ]);
      expect(schedule()!.waiting).toEqual([]);
    });
  });

  it('lets no more than a hundred wait, and drops the oldest', async () => {
    const minutely = { cron: '* * * * *', overlap: 'queue' } as const;
    await withSchedule(minutely, async ({ advance, underWay, schedule }) => {
      underWay.add('run_1');
      await advance(105 * 60_000);
      const { waiting, recent } = schedule()!;
      expect(waiting).toHaveLength(100);
      expect(
        recent.filter((each) => 'skipped' in each && each.skipped === 'queue_full'),
      ).toHaveLength(4);
    });
  });

  it('cancels the earlier run to make place', async () => {
    const hourly = { cron: '0 * * * *', overlap: 'replace' } as const;
    await withSchedule(hourly, async ({ advance, started, underWay, cancelled }) => {
      await advance(HOUR);
      underWay.add('run_1');
      await advance(HOUR);
      expect(cancelled).toEqual(['run_1']);
      expect(started).toHaveLength(2);
    });
  });

  it('tries again what may pass, and gives up what does not', async () => {
    await withSchedule({ cron: '0 * * * *' }, async (bench) => {
      bench.answer = (count) =>
        count < 3 ? fail('queue_full', 'Cannot queue') : ok(`run_${count}`);
      await bench.advance(HOUR);
      expect(bench.started).toHaveLength(3);
      expect(bench.schedule()!.recent).toEqual([{ tick: START + HOUR / 2, run: 'run_3' }]);
      bench.answer = () => fail('inputs_invalid', 'Cannot start');
      await bench.advance(HOUR);
      expect(bench.started).toHaveLength(4);
      expect(bench.schedule()!.recent[0]).toMatchObject({ error: { code: 'inputs_invalid' } });
      bench.answer = () => {
        throw new Error('the object is gone');
      };
      await bench.advance(12 * HOUR);
      expect(bench.schedule()!.recent[0]).toMatchObject({ error: { code: 'internal' } });
      expect(bench.schedule()!.nextAt).toBeDefined();
    });
  });

  it('writes nothing over a schedule that was replaced while a run was started', async () => {
    await withSchedule({ cron: '0 * * * *' }, async (bench) => {
      bench.answer = () => {
        bench.replace({ ...SPEC, cron: '0 0 1 1 *', timeZone: 'UTC' });
        return ok('run_1');
      };
      await bench.advance(HOUR);
      expect(bench.schedule()).toMatchObject({
        cron: '0 0 1 1 *',
        nextAt: Date.parse('2027-01-01T00:00:00Z'),
      });
      await bench.advance(24 * HOUR);
      expect(bench.started).toHaveLength(1);
    });
  });

  it('does once what is to be done once', async () => {
    const once = { ...SPEC, at: START + HOUR };
    const { cron: _cron, ...spec } = once;
    await withSchedule(
      { ...spec, cron: undefined as never },
      async ({ advance, started, schedule }) => {
        await advance(100 * 24 * HOUR);
        expect(started.map(({ tick }) => tick)).toEqual(['2026-10-24T22:30']);
        expect(schedule()).not.toHaveProperty('nextAt');
      },
    );
  });
});
