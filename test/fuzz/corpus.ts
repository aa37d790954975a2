/** Texts that people wrote: the examples, the documentation and the conformance tables. */
import { globSync, readFileSync } from 'node:fs';
import { DOCUMENTS } from '../conformance/documents.ts';
import { EDGES } from '../conformance/edges.ts';
import { HITL } from '../conformance/hitl.ts';
import { INPUTS } from '../conformance/inputs.ts';
import { MAPS } from '../conformance/maps.ts';
import { NODES } from '../conformance/nodes.ts';
import { OUTPUTS } from '../conformance/outputs.ts';
import { REFERENCES } from '../conformance/references.ts';
import { takeMarks } from '../conformance/row.ts';
import { VALUES } from '../conformance/values.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

const read = (path: string): string => readFileSync(ROOT + path, 'utf8');
const find = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).toSorted();

function yamlBlocks(path: string): string[] {
  return [...read(path).matchAll(/^```(?:yaml|json)\n([^]*?)^```/gm)].map(([, text = '']) => text);
}

/** In an order that does not change from run to run. */
export const RECIPES: readonly string[] = [
  ...find('recipes/*/recipe.yaml').map(read),
  ...['README.md', ...find('docs/**/*.md')].flatMap(yamlBlocks),
  ...[DOCUMENTS, EDGES, HITL, INPUTS, MAPS, NODES, OUTPUTS, REFERENCES, VALUES]
    .flat()
    .map(({ text }) => takeMarks(text).text)
    .filter((text) => text.length < 20_000),
];

export const MANIFESTS: readonly string[] = find('plugins/*/plugin.yaml').map(read);

interface Table {
  readonly rows: readonly { readonly template: string }[];
}

// SAFETY: the table of this repository, whose own test reads it the same way
const table = JSON.parse(read('test/conformance/templates/jinja.json')) as Table;

export const TEMPLATES: readonly string[] = table.rows.map(({ template }) => template);
