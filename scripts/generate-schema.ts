/** Writes the language's JSON Schema: `npm run schema`. A test holds the written one against the sources. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { languageSchema } from '../src/core/recipe/json-schema.ts';

const FILE = join(import.meta.dirname, '../src/core/recipe/recipe.v1.schema.json');

writeFileSync(FILE, `${JSON.stringify(languageSchema(), null, 2)}\n`);
