/** Schedules: runs that start by the clock. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { parseInstant } from '../../core/recipe/instant.ts';
import { checkSchedule } from '../../runtime/schedules.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { anyObject, checkBody, checkQuery } from '../input.ts';
import { isRecipeName, scheduleId } from '../names.ts';
import { pageOf, sendPage } from '../page.ts';
import { unwrap } from '../problem.ts';
import { pageQuery } from '../query.ts';
import { runOptions } from '../submit.ts';
import type { Context } from 'hono';
import type { Schedule, ScheduleSpec, TickOutcome } from '../../runtime/ports/schedules.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const ZONED = /T.*(?:Z|[+-]\d\d:?\d\d)$/;
const noQuery = z.strictObject({});
/** With its zone: a time that is meant in another one than the schedule's would be an hour off. */
const instant = z
  .string()
  .refine((text) => ZONED.test(text) && parseInstant(text) !== undefined, {
    error: 'must be a date and time with its zone, such as 2030-01-31T09:00:00Z',
  })
  .transform((text) => parseInstant(text) ?? 0);

const scheduleBody = z
  .strictObject({
    name: z.string().min(1).max(128).optional(),
    recipe: z.string().refine(isRecipeName, 'must be the name of a recipe'),
    version: z.number().int().min(1).optional(),
    inputs: anyObject.default({}),
    labels: runOptions.labels,
    cron: z.string().min(1).max(128).optional(),
    at: instant.optional(),
    time_zone: z.string().min(1).max(64).default('UTC'),
    overlap: z.enum(['skip', 'queue', 'replace']).default('skip'),
    missed: z.enum(['skip', 'once', 'all']).default('once'),
    paused: z.boolean().default(false),
  })
  .refine(({ cron, at }) => (cron === undefined) !== (at === undefined), {
    path: ['cron'],
    error: 'give either "cron" or "at"',
  });

export function scheduleRoutes(services: Services): Hono<ApiEnv> {
  const { ids, schedules } = services.ports;
  const app = new Hono<ApiEnv>();

  app.post('/', async (c) => {
    const spec = await readSpec(c, services);
    const made = unwrap(await schedules.create(c.get('tenant'), ids.next('sch'), spec));
    c.header('Location', `/v1/schedules/${made.id}`);
    return c.json(view(made), 201);
  });

  app.get('/', async (c) => {
    const query = checkQuery(c, pageQuery);
    const all = await schedules.list(c.get('tenant'));
    const { data, next } = pageOf(all, ({ id }) => id, query);
    return sendPage(c, { data: data.map(view), next });
  });

  app.get('/:id', async (c) => {
    checkQuery(c, noQuery);
    const id = scheduleId(c.req.param('id'));
    return c.json(view(known(id, await schedules.find(c.get('tenant'), id))));
  });

  app.put('/:id', async (c) => {
    const id = scheduleId(c.req.param('id'));
    const spec = await readSpec(c, services);
    return c.json(view(known(id, await schedules.replace(c.get('tenant'), id, spec))));
  });

  app.delete('/:id', async (c) => {
    checkQuery(c, noQuery);
    const id = scheduleId(c.req.param('id'));
    if (await schedules.delete(c.get('tenant'), id)) return c.body(null, 204);
    throw missing(id);
  });

  return app;
}

async function readSpec(c: Context<ApiEnv>, services: Services): Promise<ScheduleSpec> {
  checkQuery(c, noQuery);
  const { value } = await readJson(c, MAX_RUN_BYTES);
  const { time_zone: timeZone, at, name, version, cron, ...rest } = checkBody(scheduleBody, value);
  const spec: ScheduleSpec = {
    ...rest,
    timeZone,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(cron !== undefined && { cron }),
    ...(at !== undefined && { at }),
  };
  unwrap(await checkSchedule(services, c.get('tenant'), spec));
  return spec;
}

function known(id: string, schedule: Schedule | undefined): Schedule {
  if (schedule === undefined) throw missing(id);
  return schedule;
}

function missing(id: string): ComposerError {
  return new ComposerError('schedule_not_found', `Cannot find schedule "${id}"`);
}

function view(schedule: Schedule) {
  const { id, name, recipe, version, inputs, labels, cron, at, timeZone } = schedule;
  const { overlap, missed, paused, createdAt, updatedAt, nextAt, waiting, recent } = schedule;
  return {
    id,
    ...(name !== undefined && { name }),
    recipe,
    ...(version !== undefined && { version }),
    inputs,
    labels,
    ...(cron !== undefined && { cron }),
    ...(at !== undefined && { at: iso(at) }),
    time_zone: timeZone,
    overlap,
    missed,
    paused,
    next_at: nextAt === undefined ? null : iso(nextAt),
    waiting: waiting.map(iso),
    recent: recent.map(outcomeView),
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
  };
}

function outcomeView({ tick, ...outcome }: TickOutcome) {
  if ('run' in outcome) return { tick: iso(tick), run_id: outcome.run };
  if ('skipped' in outcome) return { tick: iso(tick), ...outcome };
  const { code, message } = outcome.error;
  return { tick: iso(tick), error: { code, detail: message } };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
