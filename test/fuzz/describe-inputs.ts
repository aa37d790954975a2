/** A part of the fuzzer's inputs as a test: several files share the work, so that they run beside each other. */
import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

const SEED = 1;
/** Inputs of one file. */
const COUNT = 5000;
/** Most of what is to be found is found with short texts; the longer run draws long ones too. */
const MAX_CHARS = 8000;
/** Only against a hang: what an input may take is measured for itself. */
const GIVE_UP_MS = 900_000;

export function describeInputs(from: number): void {
  it(
    `${COUNT} inputs from number ${from} crash nothing, hang nowhere and get places inside their text`,
    () => {
      const { findings, classes } = fuzz({
        seed: SEED,
        from,
        count: COUNT,
        maxChars: MAX_CHARS,
        maxFindings: 3,
      });
      const told = findings.map(
        ({ detail, index }) =>
          `${detail}: npm run fuzz -- --seed ${SEED} --chars ${MAX_CHARS} --only ${index}`,
      );
      expect(told).toEqual([]);
      const total = [...classes.values()].reduce((sum, { runs }) => sum + runs, 0);
      expect(total).toBe(COUNT);
      for (const [name, { runs }] of classes) expect(runs, name).toBeGreaterThan(0);
    },
    GIVE_UP_MS,
  );
}
