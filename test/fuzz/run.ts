/** `npm run fuzz -- [--seed N] [--count N] [--from N] [--only K] [--class NAME] [--chars N] [--all]` */
import { parseArgs } from 'node:util';
import { fuzz, inputOf } from './fuzz.ts';
import type { Finding, Tally } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    class: { type: 'string' },
    chars: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const started = performance.now();
const isOne = values.only !== undefined;
const from = Number(values.only ?? values.from);
const choice = {
  ...(values.class !== undefined && { only: values.class }),
  ...(values.chars !== undefined && { maxChars: Number(values.chars) }),
};
const result = fuzz({
  seed,
  from,
  count: isOne ? 1 : Number(values.count),
  ...choice,
  ...(values.all ? { maxFindings: Number.POSITIVE_INFINITY } : {}),
  onProgress: (done) => {
    if (done % 10_000 === 0) console.log(`${done} inputs, ${rate(done)} a second`);
  },
});
const total = [...result.classes.values()].reduce((sum, { runs }) => sum + runs, 0);

for (const [name, tally] of result.classes) if (tally.runs > 0) console.log(lineOf(name, tally));
if (isOne) console.log(`\n${inputOf(seed, from, choice).input.text}`);
for (const finding of result.findings) report(finding);
console.log(
  `\n${total} inputs, ${result.findings.length} findings, seed ${seed}, ${rate(total)} a second`,
);
process.exitCode = result.findings.length === 0 ? 0 : 1;

function rate(done: number): number {
  return Math.round((done * 1000) / (performance.now() - started));
}

function lineOf(name: string, { runs, ms, slowestMs, outcomes }: Tally): string {
  const most = [...outcomes].toSorted(([, a], [, b]) => b - a).slice(0, 5);
  const shown = most.map(([word, count]) => `${word} ${Math.round((count * 100) / runs)} %`);
  const times = `${(ms / runs).toFixed(2)} ms each, slowest ${Math.round(slowestMs)} ms`;
  return `${name.padEnd(28)} ${String(runs).padStart(7)}  ${times}; ${shown.join(', ')}`;
}

function report({ index, className, rule, detail, text }: Finding): void {
  const again = ['class', 'chars'] as const;
  const options = again.map((name) =>
    values[name] === undefined ? '' : ` --${name} '${values[name]}'`,
  );
  console.log(`\nBROKEN ${rule} (${className})`);
  console.log(`  npm run fuzz -- --seed ${seed} --only ${index}${options.join('')}`);
  console.log(`  ${detail.slice(0, 1500).replaceAll('\n', '\n  ')}`);
  console.log(text.length > 3000 ? `${text.slice(0, 3000)}… (${text.length} characters)` : text);
}
