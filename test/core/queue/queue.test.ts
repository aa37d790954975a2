/** Admission: its order, its limits, and that nothing is left standing while there is room. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admission } from '../../../src/core/queue/admission.ts';
import { PLAIN } from '../../../src/core/queue/admission.ts';
import * as q from '../../../src/core/queue/queue.ts';
import type { Message, Queue } from '../../../src/core/queue/queue.ts';

let count = 0;

function message(
  parts: Partial<Admission> & { recipe?: string; hasBegun?: boolean } = {},
): Message {
  const { recipe = 'r', hasBegun = false, ...admission } = parts;
  count += 1;
  return {
    id: `run_${String(count).padStart(6, '0')}`,
    recipe,
    at: count,
    hasBegun,
    admission: { ...PLAIN, ...admission },
  };
}

function lineOf(maxRunning: number, ...messages: Message[]): Queue {
  const queue = q.createQueue(maxRunning);
  for (const each of messages) q.enqueue(queue, each);
  return queue;
}

function drain(queue: Queue, now = 0): string[] {
  const ids: string[] = [];
  for (let next = q.takeNext(queue, now); next !== undefined; next = q.takeNext(queue, now))
    ids.push(next.id);
  return ids;
}

const lane = (key: string, limit: number) => [{ key, limit }];

describe('order', () => {
  it('is that of arrival within one recipe', () => {
    const [a, b, c] = [message(), message(), message()];
    expect(drain(lineOf(9, c, a, b))).toEqual([a.id, b.id, c.id]);
  });

  it('puts a higher priority first, and what has begun before all', () => {
    const [a, b, c] = [message(), message({ priority: 5 }), message({ hasBegun: true })];
    expect(drain(lineOf(9, a, b, c))).toEqual([c.id, b.id, a.id]);
  });

  it('takes recipes in turn, so that a long line of one keeps no other waiting', () => {
    const long = Array.from({ length: 5 }, () => message({ recipe: 'long' }));
    const short = message({ recipe: 'short' });
    const queue = lineOf(1, ...long, short);
    expect(drain(queue)).toEqual([long[0]!.id]);
    q.leave(queue, long[0]!.id);
    expect(drain(queue)).toEqual([short.id]);
  });

  it('gives slots evenly to recipes that ask for more than there are', () => {
    const all = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c'].map((recipe) => message({ recipe }));
    const queue = lineOf(6, ...all);
    drain(queue);
    expect([...queue.recipes].map(([name, { running }]) => [name, running])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
  });

  it('tells the place in it, delayed ones last', () => {
    const [a, b, c] = [message(), message({ priority: 1 }), message({ startAt: 1_000 })];
    const queue = lineOf(0, a, b);
    q.delay(queue, c);
    expect([a, b, c].map(({ id }) => q.positionOf(queue, id))).toEqual([2, 1, 3]);
    expect(q.positionOf(queue, 'run_none')).toBeUndefined();
  });
});

describe('lanes', () => {
  it('let as many through as they have slots, and pass by what is behind a full one', () => {
    const [a, b] = [message({ lanes: lane('k', 1) }), message({ lanes: lane('k', 1) })];
    const other = message({ lanes: lane('other', 1) });
    const queue = lineOf(9, a, b, other);
    expect(drain(queue)).toEqual([a.id, other.id]);
    q.leave(queue, a.id);
    expect(drain(queue)).toEqual([b.id]);
  });

  it('count together: one that is full holds a message that has room in another', () => {
    const both = [...lane('k', 5), ...lane('all', 1)];
    const queue = lineOf(9, message({ lanes: both }), message({ lanes: both }));
    expect(drain(queue)).toHaveLength(1);
  });

  it('name who is in them, the oldest first', () => {
    const [a, b] = [message({ lanes: lane('k', 1) }), message({ lanes: lane('k', 1) })];
    const queue = lineOf(9, b, a, message());
    drain(queue);
    const newest = message({ lanes: lane('k', 1) });
    expect(q.crowdOf(queue, newest).map(({ id }) => id)).toEqual([a.id, b.id]);
  });

  it('take back a run that waited only when there is room and nobody who has begun is before it', () => {
    const back = message({ lanes: lane('k', 1), hasBegun: true });
    const queue = lineOf(9, message({ lanes: lane('k', 1) }));
    drain(queue);
    expect(q.takeBack(queue, back)).toBe(false);
    q.enqueue(queue, back);
    expect(q.takeBack(queue, message({ hasBegun: true }))).toBe(false);
    q.leave(queue, back.id);
    expect(q.takeBack(queue, message({ hasBegun: true }))).toBe(true);
  });
});

describe('time', () => {
  it('keeps a delayed message until its start, and tells when that is', () => {
    const later = message({ startAt: 5_000 });
    const queue = q.createQueue(9);
    q.delay(queue, later);
    expect(q.takeDue(queue, 4_999)).toEqual([]);
    expect(q.nextDueAt(queue, 0)).toBe(5_000);
    const due = q.takeDue(queue, 5_000);
    expect(due.map(({ id }) => id)).toEqual([later.id]);
    for (const each of due) q.enqueue(queue, each);
    expect(drain(queue)).toEqual([later.id]);
  });

  it('lets no more start in a window than the rate, whichever window', () => {
    const rate = { key: 'k', limit: 2, windowMs: 1_000 };
    const queue = lineOf(9, ...Array.from({ length: 5 }, () => message({ rate })));
    expect(drain(queue, 100)).toHaveLength(2);
    expect(drain(queue, 1_099)).toEqual([]);
    expect(q.nextDueAt(queue, 600)).toBe(1_100);
    expect(drain(queue, 1_100)).toHaveLength(2);
    expect(q.forgetStarts(queue, 1_500)).toEqual([]);
    expect(q.forgetStarts(queue, 2_100)).toEqual(['k']);
  });

  it('counts no start of what has begun', () => {
    const rate = { key: 'k', limit: 1, windowMs: 1_000 };
    const queue = lineOf(9, message({ rate }), message({ rate, hasBegun: true }));
    expect(drain(queue)).toHaveLength(2);
  });
});

const KEYS = ['a', 'b', 'c'] as const;
const LIMITS = { a: 1, b: 2, c: 5 };

const submission = fc.record({
  recipe: fc.constantFrom('r', 's', 't'),
  priority: fc.integer({ min: -2, max: 2 }),
  lanes: fc.subarray([...KEYS]).map((keys) => keys.map((key) => ({ key, limit: LIMITS[key] }))),
  rate: fc.option(fc.constant({ key: 'rate', limit: 3, windowMs: 50 }), { nil: undefined }),
  delayMs: fc.constantFrom(0, 0, 0, 20, 200),
});
const operation = fc.oneof(
  { weight: 4, arbitrary: submission.map((given) => ({ do: 'submit' as const, given })) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ do: 'end' as const, which })) },
  { weight: 2, arbitrary: fc.nat().map((which) => ({ do: 'wait' as const, which })) },
  { weight: 2, arbitrary: fc.nat().map((which) => ({ do: 'return' as const, which })) },
  { weight: 1, arbitrary: fc.nat().map((which) => ({ do: 'drop' as const, which })) },
  { weight: 3, arbitrary: fc.nat(80).map((ms) => ({ do: 'pass' as const, ms })) },
);

/** A queue and everything that has ever been in it. */
class Place {
  readonly queue = q.createQueue(4);
  readonly away: Message[] = [];
  readonly starts: number[] = [];
  submitted = 0;
  gone = 0;
  now = 0;

  submit({ delayMs, rate, ...given }: typeof submission extends fc.Arbitrary<infer T> ? T : never) {
    this.submitted += 1;
    const made = { ...message({ ...given, ...(rate && { rate }) }), at: this.now };
    if (delayMs === 0) return q.enqueue(this.queue, made);
    const admission = { ...made.admission, startAt: this.now + delayMs };
    q.delay(this.queue, { ...made, admission });
  }

  admit() {
    for (const due of q.takeDue(this.queue, this.now)) q.enqueue(this.queue, due);
    for (let next = this.next(); next !== undefined; next = this.next()) {
      if (next.admission.rate !== undefined && !next.hasBegun) this.starts.push(this.now);
    }
  }

  next() {
    return q.takeNext(this.queue, this.now);
  }

  check() {
    const { queue, starts, now } = this;
    expect(queue.running.size).toBeLessThanOrEqual(4);
    for (const key of KEYS) {
      const inside = [...queue.running.values()].filter(({ admission }) =>
        admission.lanes.some((each) => each.key === key),
      );
      expect(inside.length).toBeLessThanOrEqual(LIMITS[key]);
      expect(queue.used.get(key) ?? 0).toBe(inside.length);
    }
    expect(starts.filter((at) => at + 50 > now).length).toBeLessThanOrEqual(3);
    expect(queue.running.size + queue.waiting.size + this.away.length + this.gone).toBe(
      this.submitted,
    );
    expect(queue.line.length + queue.delayed.length).toBe(queue.waiting.size);
    if (queue.running.size < 4)
      for (const each of queue.line) expect(this.mayStart(each)).toBe(false);
  }

  /** The rule, said once more and plainly. */
  mayStart({ admission, hasBegun }: Message): boolean {
    const recent = this.starts.filter((at) => at + 50 > this.now).length;
    return (
      admission.lanes.every(({ key, limit }) => (this.queue.used.get(key) ?? 0) < limit) &&
      (admission.rate === undefined || hasBegun || recent < 3)
    );
  }

  perform(step: typeof operation extends fc.Arbitrary<infer T> ? T : never) {
    const { queue, away } = this;
    const pick = <T>(list: readonly T[], which: number) => list[which % Math.max(1, list.length)];
    switch (step.do) {
      case 'submit':
        return this.submit(step.given);
      case 'pass':
        this.now += step.ms;
        return undefined;
      case 'return': {
        const [back] = away.splice(step.which % Math.max(1, away.length), 1);
        const returned = back && { ...back, hasBegun: true, at: this.now };
        if (returned !== undefined && !q.takeBack(queue, returned)) q.enqueue(queue, returned);
        return undefined;
      }
      case 'end':
      case 'wait':
      case 'drop': {
        const from = step.do === 'drop' ? queue.waiting : queue.running;
        const found = pick([...from.values()], step.which);
        if (found === undefined) return undefined;
        q.leave(queue, found.id);
        if (step.do === 'wait') away.push(found);
        else this.gone += 1;
      }
    }
  }
}

describe('whatever happens', () => {
  it('no limit is passed, nothing is lost, and nothing that may start is left standing', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (steps) => {
        const place = new Place();
        for (const step of steps) {
          place.perform(step);
          place.admit();
          place.check();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('every message starts in the end, as long as those under way end', () => {
    fc.assert(
      fc.property(fc.array(submission, { maxLength: 40 }), (given) => {
        const place = new Place();
        for (const each of given) place.submit(each);
        for (let round = 0; place.queue.waiting.size > 0 && round < 1_000; round += 1) {
          place.admit();
          const [first] = place.queue.running.keys();
          if (first !== undefined) {
            q.leave(place.queue, first);
            place.gone += 1;
          } else place.now = q.nextDueAt(place.queue, place.now) ?? Number.NaN;
        }
        expect(place.queue.waiting.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
