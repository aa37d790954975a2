/** `npm run test:model -- [--seed N] [--count N] [--from N] [--only K]` */
import { parseArgs } from 'node:util';
import { check, operationsOf, shrink } from './sequence.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
  },
});

const MAX_FINDINGS = 5;
const seed = Number(values.seed);
const from = Number(values.only ?? values.from);
const end = values.only === undefined ? from + Number(values.count) : from + 1;
let findings = 0;
let operations = 0;

for (let index = from; index < end && findings < MAX_FINDINGS; index += 1) {
  const sequence = operationsOf(seed, index);
  operations += sequence.length;
  const found = await check(sequence);
  if (found !== undefined) {
    findings += 1;
    const fewest = await shrink(sequence);
    console.log(`\nBROKEN npm run test:model -- --seed ${seed} --only ${index}`);
    console.log(`  ${found}`);
    console.log(
      `  ${fewest.length} of ${sequence.length} operations are enough: ${await check(fewest)}`,
    );
    for (const each of fewest) console.log(`    ${JSON.stringify(each)}`);
  }
  if ((index + 1) % 1_000 === 0) console.log(`${index + 1} sequences`);
}
console.log(
  `\n${end - from} sequences of ${operations} operations, ${findings} findings, seed ${seed}`,
);
process.exitCode = findings === 0 ? 0 : 1;
