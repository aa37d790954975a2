/** `composer schema`: the JSON Schema of the language, for editors. */
import { parseArgs } from 'node:util';
import schemaJson from '../../src/core/recipe/recipe.v1.schema.json' with { type: 'json' };
import { EXIT } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';

export const SCHEMA_USAGE = `composer schema

Prints the JSON Schema (draft-07) of the recipe language. An editor with YAML support uses it for
every file that starts with a line such as

  # yaml-language-server: $schema=recipe.v1.json
`;

export function schema(args: readonly string[], io: Io): ExitCode {
  parseArgs({ args: [...args], options: {} });
  io.out(`${JSON.stringify(schemaJson, null, 2)}\n`);
  return EXIT.fine;
}
