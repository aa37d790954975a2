/** The partition does what the reference says, whatever is done to it in whatever order. */
import { expect, it } from 'vitest';
import { check, operationsOf } from './sequence.ts';

const SEQUENCES = 300;

it(`${SEQUENCES} random sequences end as the reference says`, async () => {
  for (let index = 0; index < SEQUENCES; index += 1) {
    const found = await check(operationsOf(1, index));
    expect(found, `npm run test:model -- --only ${index}`).toBeUndefined();
  }
}, 120_000);
