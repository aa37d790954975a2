/** When schedules are due: zones, summer time, what was slept through. */
import { describe, expect, it } from 'vitest';
import { firingOf, MAX_TICKS } from '../../../src/core/schedule/firing.ts';
import { dueTicks, nextTick, timingFault } from '../../../src/core/schedule/ticks.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

function ticks(cron: string, timeZone: string, from: string, count: number): string[] {
  const found: string[] = [];
  for (let tick: number | undefined = at(from); found.length < count;) {
    tick = nextTick({ cron, timeZone }, tick);
    if (tick === undefined) break;
    found.push(iso(tick)!.slice(0, 16));
  }
  return found;
}

describe('summer time', () => {
  it.each([
    // Clocks go from 02:00 to 03:00 on 29 March: what was meant for 02:30 comes at 03:00.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    // They go from 03:00 to 02:00 on 25 October: 02:30 comes twice, and counts once.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    // What comes every hour comes in both.
    [
      '0 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:30Z',
      ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
    ],
    ['30 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', ['2026-03-29T00:30', '2026-03-29T01:30']],
    // Nine in the morning is nine in the morning.
    [
      '0 9 * * *',
      'America/New_York',
      '2026-03-07T00:00Z',
      ['2026-03-07T14:00', '2026-03-08T13:00'],
    ],
    [
      '0 9 * * *',
      'America/New_York',
      '2026-10-31T00:00Z',
      ['2026-10-31T13:00', '2026-11-01T14:00'],
    ],
    // Half an hour only, on the other half of the year.
    [
      '0 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-02T00:00Z',
      ['2026-10-02T15:30', '2026-10-03T15:30'],
    ],
    ['0 9 * * *', 'UTC', '2026-03-28T12:00Z', ['2026-03-29T09:00', '2026-03-30T09:00']],
  ])('%s in %s from %s', (cron, zone, from, expected) => {
    expect(ticks(cron, zone, from, expected.length)).toEqual(expected);
  });
});

describe('cron', () => {
  it.each([
    ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 L * *', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['0 9 * * MON#1', ['2026-01-05T09:00', '2026-02-02T09:00']],
    ['*/20 8-9 * * 1-5', ['2026-01-01T08:00', '2026-01-01T08:20']],
    ['@daily', ['2026-01-01T00:00', '2026-01-02T00:00']],
    ['@weekly', ['2026-01-04T00:00', '2026-01-11T00:00']],
  ])('%s', (cron, expected) => {
    expect(timingFault({ cron, timeZone: 'UTC' })).toBeUndefined();
    expect(ticks(cron, 'UTC', '2025-12-31T23:59Z', 2)).toEqual(expected);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '*/0 * * * *',
    '0 0 30 2 *',
    '0 0 31 4,6 *',
    '2026-01-01T00:00:00',
    '@never',
    'a b c d e',
    `${'1,'.repeat(200)}1 * * * *`,
    '* * * * *\u0000',
  ])('%j is refused', (cron) => {
    expect(timingFault({ cron, timeZone: 'UTC' })).toEqual(expect.any(String));
  });

  it.each(['', 'Nowhere/Else', '../etc', 'UTC\n', 'x'.repeat(100)])(
    'the zone %j is refused',
    (timeZone) => {
      expect(timingFault({ cron: '@daily', timeZone })).toContain('time zone');
    },
  );
});

describe('once', () => {
  const timing = { at: at('2030-01-31T09:00Z'), timeZone: 'UTC' };
  it('is due once', () => {
    expect(iso(nextTick(timing, at('2030-01-01T00:00Z')))).toBe('2030-01-31T09:00:00.000Z');
    expect(nextTick(timing, timing.at)).toBeUndefined();
    const found = dueTicks(timing, { first: timing.at, now: timing.at + 5, limit: 9 });
    expect(found).toEqual({ due: [timing.at] });
  });
});

describe('what was slept through', () => {
  const timing = { cron: '0 * * * *', timeZone: 'UTC' };
  const first = at('2026-01-01T01:00Z');
  const hour = (count: number) => first + count * 3_600_000;
  const late = (policy: 'skip' | 'once' | 'all') =>
    firingOf(timing, policy, { first, now: hour(3) + 120_000 });

  it.each([
    ['skip', [], [0, 1, 2, 3]],
    ['once', [3], [0, 1, 2]],
    ['all', [0, 1, 2, 3], []],
  ] as const)('%s', (policy, start, missed) => {
    expect(late(policy)).toEqual({
      start: start.map(hour),
      missed: missed.map(hour),
      next: hour(4),
    });
  });

  it('does not count what is less than a minute late', () => {
    expect(firingOf(timing, 'skip', { first, now: first + 60_000 }).start).toEqual([first]);
    expect(firingOf(timing, 'skip', { first, now: first + 60_001 }).start).toEqual([]);
  });

  it('is left out where one that is on time makes up for it', () => {
    const firing = firingOf(timing, 'once', { first, now: hour(2) + 1 });
    expect(firing).toEqual({ start: [hour(2)], missed: [hour(0), hour(1)], next: hour(3) });
  });

  it('is bounded, after years of sleep too', () => {
    const minutely = { cron: '* * * * *', timeZone: 'Europe/Berlin' };
    const now = at('2030-06-01T00:00:30Z');
    const { start, next } = firingOf(minutely, 'all', { first, now });
    expect(start).toHaveLength(MAX_TICKS);
    expect(iso(next)).toBe('2030-06-01T00:01:00.000Z');
  });
});
