/** `npm run bench -- [SUITE…] [--quick] [--json]`: medians on this machine, and the machine. */
import { parseArgs } from 'node:util';
import { language } from './compile.ts';
import { durable } from './durable.ts';
import { models } from './models.ts';
import { plugins } from './plugins.ts';
import { redis } from './redis.ts';
import { reportOf, tableOf } from './report.ts';
import type { Suite } from './report.ts';

const SUITES: ReadonlyMap<string, Suite> = new Map([
  ['durable', durable],
  ['language', language],
  ['plugins', plugins],
  ['models', models],
  ['redis', redis],
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const names = positionals.length === 0 ? [...SUITES.keys()] : positionals;
const unknown = names.filter((name) => !SUITES.has(name));
if (unknown.length > 0) {
  const known = [...SUITES.keys()].join(', ');
  process.stderr.write(`There is no suite ${unknown.join(', ')}: there is ${known}\n`);
  process.exitCode = 2;
} else {
  await run().catch((error: unknown) => {
    // Such as a toolchain or a peer that is not there: its message says what to install.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

async function run(): Promise<void> {
  const rows = [];
  for (const name of names) rows.push(...((await SUITES.get(name)?.(values)) ?? []));
  const report = reportOf(rows);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
}
