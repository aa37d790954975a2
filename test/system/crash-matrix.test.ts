/** The crash matrix: a server that is killed at every boundary between two writes of a run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from '../support/crash/cases.ts';
import { runBoundary } from '../support/crash/matrix.ts';
import { startWorld } from '../support/crash/world.ts';
import type { World } from '../support/crash/world.ts';

/** More boundaries than any of the cases has. */
const MAX_BOUNDARIES = 300;

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

describe('a server killed at every boundary', () => {
  it.each(CASES)('ends as if nothing had happened: $name', { timeout: 1_800_000 }, async (each) => {
    const { observation: undisturbed } = await runBoundary(each, world, 0);
    let at = 1;
    for (; at <= MAX_BOUNDARIES; at += 1) {
      const { crashed, observation, repeated, gaps } = await runBoundary(each, world, at);
      expect.soft(observation, `boundary ${at}`).toEqual(undisturbed);
      expect.soft({ repeated, gaps }, `boundary ${at}`).toEqual({ repeated: [], gaps: [] });
      if (!crashed) break;
    }
    console.log(`${each.name}: ${at - 1} boundaries`);
    expect(at).toBeGreaterThan(3);
    expect(at).toBeLessThan(MAX_BOUNDARIES);
  });
});
