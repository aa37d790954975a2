/** `npm run test:conformance` begins with this: how many rows each section of the language has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS } from './documents.ts';
import { EDGES } from './edges.ts';
import { HITL } from './hitl.ts';
import { INPUTS } from './inputs.ts';
import { MAPS } from './maps.ts';
import { NODES } from './nodes.ts';
import { OUTPUTS } from './outputs.ts';
import { REFERENCES } from './references.ts';
import { RUN_EDGES } from './run-edges.ts';
import { PROBES } from './probes.ts';
import { RUN_HITL } from './run-hitl.ts';
import { RUN_INPUTS } from './run-inputs.ts';
import { RUN_MAPS } from './run-maps.ts';
import { RUN_NODES } from './run-nodes.ts';
import { RUN_OUTPUTS } from './run-outputs.ts';
import { RUN_PROBES } from './run-probes.ts';
import { RUN_VALUES } from './run-values.ts';
import { VALUES } from './values.ts';

const [TEMPLATES, RANDOM] = ['jinja', 'random'].map((name) => {
  const text = readFileSync(join(import.meta.dirname, `templates/${name}.json`), 'utf8');
  return (JSON.parse(text) as { rows: readonly unknown[] }).rows;
}) as [readonly unknown[], readonly unknown[]];

/** Rows that are compiled, rows that are run, rows that are rendered. */
const SECTIONS: readonly (readonly [string, ...(readonly (readonly unknown[])[])])[] = [
  ['1 documents', DOCUMENTS],
  ['2 imports, definitions, references', REFERENCES],
  ['3 inputs', INPUTS, RUN_INPUTS],
  ['4 nodes', NODES, RUN_NODES],
  ['5 values, templates, conditions', VALUES, RUN_VALUES, TEMPLATES, RANDOM],
  ['6 map', MAPS, RUN_MAPS],
  ['7 edges, joins, cycles, sub-recipes', EDGES, RUN_EDGES],
  ['8 hitl', HITL, RUN_HITL],
  ['9 outputs and diagnostics', OUTPUTS, RUN_OUTPUTS],
];

let total = 0;
/** Rows against the grain lie in tables of their own; each names the section it belongs to. */
const probes = [...PROBES, ...RUN_PROBES].map(({ rule }) => rule.split('.')[0]);
for (const [name, ...tables] of SECTIONS) {
  const own = probes.filter((section) => section === name.split(' ')[0]).length;
  const rows = tables.reduce((sum, table) => sum + table.length, own);
  total += rows;
  console.log(`${String(rows).padStart(5)}  ${name}`);
}
console.log(`${String(total).padStart(5)}  rows in all`);
