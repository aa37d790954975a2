/**
 * Writes what this release leaves in a partition's tables: unfinished runs of each kind, as statements
 * of SQL. To be run before a migration step is added: `node test/support/upgrade/dump.ts FILE`.
 */
import { writeFileSync } from 'node:fs';
import { settled } from '../manual-clock.ts';
import { createDisk } from '../object-state.ts';
import { createTestPartition } from '../partition.ts';
import { OLD_RECIPES } from './recipes.ts';

const disk = createDisk();
const partition = createTestPartition({ disk });
for (const recipe of OLD_RECIPES) {
  partition.submit(JSON.stringify(recipe), { inputs: { text: 'old' }, labels: { team: 'x' } });
  for (let turn = 0; turn < 30; turn += 1) await settled();
}

const { database } = disk;
const rows = (query: string) =>
  database.prepare(query).all() as Record<string, string | number | null>[];
const ours = `name NOT LIKE 'sqlite_%'`;
const literal = (value: string | number | null): string =>
  value === null
    ? 'NULL'
    : typeof value === 'number'
      ? String(value)
      : `'${value.replaceAll("'", "''")}'`;

const tables = rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${ours}`);
const made = rows(
  `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND ${ours} ORDER BY type DESC, rowid`,
).map(({ sql }) => `${String(sql)};`);
const filled = tables.flatMap(({ name }) =>
  rows(`SELECT * FROM ${String(name)}`).map((row) => {
    const values = Object.values(row).map(literal).join(', ');
    return `INSERT INTO ${String(name)} (${Object.keys(row).join(', ')}) VALUES (${values});`;
  }),
);
writeFileSync(process.argv[2]!, `${[...made, ...filled].join('\n')}\n`);
process.exit(0);
