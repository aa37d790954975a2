/** What every Schedules port does: keeping schedules, and knowing when they come next. */
import { describe, expect, it } from 'vitest';
import type { Schedules, ScheduleSpec } from '../../src/runtime/ports/schedules.ts';

export const SPEC: ScheduleSpec = {
  recipe: 'digest',
  cron: '0 9 * * *',
  timeZone: 'Europe/Berlin',
  inputs: { day: '{{ tick }}' },
  labels: { team: 'news' },
  overlap: 'skip',
  missed: 'once',
  paused: false,
};

export function describeSchedules(name: string, make: () => Schedules, now: () => number): void {
  let tenants = 0;
  const tenant = () => `contract-${name}-${++tenants}`;

  describe(`Schedules contract: ${name}`, () => {
    it('keeps what it was given, and says when it comes next', async () => {
      const schedules = make();
      const owner = tenant();
      const made = await schedules.create(owner, 'sch_1', { ...SPEC, name: 'morning' });
      expect(made).toMatchObject({ ok: true, value: { ...SPEC, id: 'sch_1', name: 'morning' } });
      const found = await schedules.find(owner, 'sch_1');
      expect(made).toEqual({ ok: true, value: found });
      expect(found?.nextAt).toBeGreaterThan(now());
      expect(found?.nextAt).toBeLessThanOrEqual(now() + 25 * 3_600_000);
      expect(found).toMatchObject({ waiting: [], recent: [] });
    });

    it('lists the oldest first, of its tenant alone', async () => {
      const schedules = make();
      const owner = tenant();
      for (const id of ['sch_2', 'sch_1', 'sch_3']) await schedules.create(owner, id, SPEC);
      expect((await schedules.list(owner)).map(({ id }) => id)).toEqual([
        'sch_1',
        'sch_2',
        'sch_3',
      ]);
      const other = tenant();
      expect(await schedules.list(other)).toEqual([]);
      expect(await schedules.find(other, 'sch_1')).toBeUndefined();
      expect(await schedules.replace(other, 'sch_1', SPEC)).toBeUndefined();
      expect(await schedules.delete(other, 'sch_1')).toBe(false);
    });

    it('replaces the whole of it', async () => {
      const schedules = make();
      const owner = tenant();
      const made = await schedules.create(owner, 'sch_1', { ...SPEC, name: 'morning' });
      const replaced = await schedules.replace(owner, 'sch_1', { ...SPEC, paused: true });
      expect(replaced).not.toHaveProperty('name');
      expect(replaced).not.toHaveProperty('nextAt');
      expect(replaced?.createdAt).toBe(made.ok && made.value.createdAt);
      expect(await schedules.find(owner, 'sch_1')).toEqual(replaced);
    });

    it('deletes once', async () => {
      const schedules = make();
      const owner = tenant();
      await schedules.create(owner, 'sch_1', SPEC);
      expect(await schedules.delete(owner, 'sch_1')).toBe(true);
      expect(await schedules.delete(owner, 'sch_1')).toBe(false);
      expect(await schedules.find(owner, 'sch_1')).toBeUndefined();
    });
  });
}
