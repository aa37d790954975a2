/** A run's history: a page of it as JSON, or all of it as server-sent events that follow the run. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { checkQuery } from '../input.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { eventName, runId } from '../names.ts';
import { unwrap } from '../problem.ts';
import { eventView } from '../views.ts';
import type { Context } from 'hono';
import type { RunEvent } from '../../core/run/events.ts';
import type { EventPage, RunId, Runs, Tenant } from '../../runtime/ports.ts';
import type { EventPlace, PlacedDelta } from '../../runtime/ports/deltas.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const POLL_MS = 15_000;
/** An event's number, and behind it that of a delta. */
const PLACE = /^(\d{1,15})(?:\.(\d{1,15}))?$/;
const afterQuery = z.strictObject({
  after: z.string().regex(PLACE, 'must be the number of an event').default('0'),
});

export function eventRoutes({ ports: { runs } }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/:id/events', async (c) => {
    const after = startOf(c);
    const tenant = c.get('tenant');
    const id = runId(c.req.param('id'));
    const first = unwrap(await runs.events(tenant, id, after, 0));
    if (!wantsStream(c)) return sendJson(c, after, first);
    // An EventSource reconnects whenever a stream ends, and stops at 204.
    if (isReadWhole(first)) return c.body(null, 204);
    const body = follow({ runs, tenant, id, after }, first);
    return c.body(body, 200, { 'Content-Type': 'text/event-stream' });
  });
  app.post('/:id/events/:name', async (c) => {
    checkQuery(c, z.strictObject({}));
    const { value: payload } = await readJson(c, MAX_RUN_BYTES);
    const event = { name: eventName(c.req.param('name')), payload };
    const id = runId(c.req.param('id'));
    return c.json(unwrap(await runs.deliver(c.get('tenant'), id, event)), 202);
  });
  return app;
}

function isReadWhole({ finished, events, deltas, lostUntil }: EventPage): boolean {
  return finished && events.length === 0 && deltas.length === 0 && lostUntil === undefined;
}

/** What a reconnecting client sends wins over the address that it first asked for. */
function startOf(c: Context): EventPlace {
  const { after } = checkQuery(c, afterQuery);
  const last = c.req.header('Last-Event-ID');
  const text = last ?? after;
  const [, seq, delta = '0'] = PLACE.exec(text) ?? [];
  if (seq !== undefined) return { seq: Number(seq), delta: Number(delta) };
  throw new ComposerError(
    'bad_request',
    'Cannot resume: Last-Event-ID must be the number of an event',
  );
}

function wantsStream(c: Context): boolean {
  const types = (c.req.header('Accept') ?? '').toLowerCase().split(',');
  return types.some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}

function sendJson(c: Context, after: EventPlace, page: EventPage): Response {
  const { events, finished, lostUntil } = page;
  return c.json({
    data: events.map(eventView),
    ...(lostUntil !== undefined && { lost_until: lostUntil }),
    has_more: !finished,
    next_cursor: finished ? null : String(events.at(-1)?.seq ?? after.seq),
  });
}

/**
 * Pulled, never pushed: nothing is asked of the run while the client does not read, and a client
 * that has gone ends the loop with the poll that is under way.
 */
function follow(
  { runs, tenant, id, after }: { runs: Runs; tenant: Tenant; id: RunId; after: EventPlace },
  first: EventPage,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let last = after;
  let ready: EventPage | undefined = first;
  let gone = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const batch = ready ?? unwrap(await runs.events(tenant, id, last, POLL_MS));
        ready = undefined;
        if (gone) return;
        last = placeAfter(batch, last);
        const text = framesOf(batch);
        if (text !== '' || !batch.finished)
          controller.enqueue(encoder.encode(text === '' ? ': ping\n\n' : text));
        if (batch.finished) controller.close();
      },
      cancel() {
        gone = true;
      },
    },
    { highWaterMark: 0 },
  );
}

function placeAfter({ events, deltas, lostUntil }: EventPage, last: EventPlace): EventPlace {
  return {
    seq: events.at(-1)?.seq ?? lostUntil ?? last.seq,
    delta: deltas.reduce((most, { number }) => Math.max(most, number), last.delta),
  };
}

/** Events and deltas in the order in which they came about. */
function framesOf({ events, deltas, lostUntil }: EventPage): string {
  const between = (from: number, to: number): string =>
    deltas
      .filter(({ seq }) => seq >= from && seq < to)
      .map(deltaFrame)
      .join('');
  const starts = [0, ...events.map(({ seq }) => seq)];
  const lost = lostUntil === undefined ? '' : lostFrame(lostUntil);
  const frames = starts
    .map((from, index) => {
      const event = events[index - 1];
      const to = events[index]?.seq ?? Infinity;
      return `${event === undefined ? '' : frame(event)}${between(from, to)}`;
    })
    .join('');
  return lost + frames;
}

/** Tells a client that it has missed some which are not kept any more: it goes on behind them. */
function lostFrame(until: number): string {
  return `id: ${until}\nevent: history.lost\ndata: ${JSON.stringify({ until })}\n\n`;
}

/** Its id is the place behind it, where a client goes on that comes back. */
function deltaFrame({ seq, number, ...delta }: PlacedDelta): string {
  return `id: ${seq}.${number}\nevent: node.delta\ndata: ${JSON.stringify(delta)}\n\n`;
}

function frame(event: RunEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
}
