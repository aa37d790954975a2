import { createMemorySchedules } from '../../../src/adapters/memory/schedules.ts';
import { describeSchedules } from '../../contracts/schedules.ts';

const NOW = Date.parse('2026-05-01T00:00:00Z');

describeSchedules(
  'memory',
  () => createMemorySchedules({ clock: { now: () => NOW } }),
  () => NOW,
);
