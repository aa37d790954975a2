/** Whether one more plugin fits. */
import { describe, expect, it } from 'vitest';
import { countUse, quotaFault } from '../../../src/core/plugin/quota.ts';
import type { CountedVersion } from '../../../src/core/plugin/quota.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = 1_000 * DAY + DAY / 2;
const ENOUGH = { versions: 100, bytes: 1_000, newPerDay: 100 };

const version = (text: string, more: Partial<CountedVersion> = {}): CountedVersion => ({
  name: 'p',
  version: text,
  upload: `upload of ${text}`,
  size: 10,
  createdAt: NOW,
  isLive: true,
  ...more,
});

const faultOf = (stored: CountedVersion[], added: CountedVersion, quota: object = {}, now = NOW) =>
  quotaFault(countUse(stored, added, now), added, { ...ENOUGH, ...quota });

describe('versions', () => {
  const two = [version('1.0.0'), version('1.1.0')];

  it('are counted while they live', () => {
    expect(faultOf(two, version('2.0.0'), { versions: 2 })).toContain('2 versions');
    expect(faultOf(two, version('2.0.0'), { versions: 3 })).toBeUndefined();
    const dead = [version('1.0.0', { isLive: false }), version('1.1.0')];
    expect(faultOf(dead, version('2.0.0'), { versions: 2 })).toBeUndefined();
  });

  it('that are there already take nothing more, unless they were deleted', () => {
    expect(faultOf(two, version('1.0.0'), { versions: 0, bytes: 0, newPerDay: 0 })).toBeUndefined();
    const dead = [version('1.0.0', { isLive: false }), version('1.1.0')];
    expect(faultOf(dead, version('1.0.0'), { versions: 1 })).toContain('1 versions');
  });
});

it('bytes are those of all that live, and of the one that comes', () => {
  const stored = [version('1.0.0', { size: 500 }), version('1.1.0', { size: 400, isLive: false })];
  expect(faultOf(stored, version('2.0.0', { size: 500 }))).toBeUndefined();
  expect(faultOf(stored, version('2.0.0', { size: 501 }))).toContain('1001 bytes');
});

describe('new modules of a day', () => {
  it('are counted once, deleted ones too', () => {
    const stored = [
      version('1.0.0', { isLive: false }),
      version('1.1.0', { upload: 'upload of 1.0.0' }),
      version('0.1.0', { createdAt: NOW - DAY }),
    ];
    expect(faultOf(stored, version('2.0.0'), { newPerDay: 1 })).toContain('1 new modules');
    expect(faultOf(stored, version('2.0.0'), { newPerDay: 2 })).toBeUndefined();
  });

  it('are those that were never there before', () => {
    const stored = [version('1.0.0')];
    const same = version('2.0.0', { upload: 'upload of 1.0.0' });
    expect(faultOf(stored, same, { newPerDay: 1 })).toBeUndefined();
  });

  it('begin anew at midnight UTC', () => {
    const stored = [version('1.0.0', { createdAt: 1_001 * DAY - 1 })];
    const at = (now: number) => faultOf(stored, version('2.0.0'), { newPerDay: 1 }, now);
    expect(at(1_001 * DAY - 1)).toBeDefined();
    expect(at(1_001 * DAY)).toBeUndefined();
  });
});
