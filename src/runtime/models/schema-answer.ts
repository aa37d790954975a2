/** Whether an answer fits its schema, and what the model is told when it does not. */
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import { schemaFaults } from '../../core/json-schema.ts';
import type { SchemaFault } from '../../core/json-schema.ts';
import type { ModelMessage } from '../ports/models.ts';

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']);
const MAX_TOLD = 10;
/** Of the answer that is sent back: enough to see what was wrong with it. */
const MAX_QUOTED = 100_000;

export function faultsOf(schema: JsonValue | undefined, output: JsonValue): readonly SchemaFault[] {
  if (schema === undefined) return [];
  return schemaFaults(schema, output);
}

/** The answer, and what is wrong with it: the turn that asks for a better one. */
export function repairTurn(output: JsonValue, faults: readonly SchemaFault[]): ModelMessage[] {
  const answer = typeof output === 'string' ? output : JSON.stringify(output);
  const told = faults
    .slice(0, MAX_TOLD)
    .map(({ pointer, detail }) => `- at "${pointer}": ${detail}`);
  const isJson = typeof output !== 'string' || faults.every(({ pointer }) => pointer !== '');
  const content = [
    'Your answer does not fit the JSON Schema:',
    ...(isJson
      ? []
      : ['- it may not be JSON at all: answer with JSON alone, without any text around it']),
    ...told,
    'Answer again, with the whole of the corrected JSON and nothing else.',
  ].join('\n');
  return [
    { role: 'assistant', content: answer.slice(0, MAX_QUOTED) || '(nothing)' },
    { role: 'user', content },
  ];
}

/** Names the place and the rule; what the answer itself said is left out. */
export function invalidOutput(
  id: string,
  schema: JsonValue | undefined,
  faults: readonly SchemaFault[],
): Result<never> {
  const [first] = faults;
  const said = first === undefined ? '' : describeFault(first, schema ?? null);
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  return fail('invalid_output', `Cannot accept the answer of node "${id}" ${said}${more}`);
}

/** Place and rule of a fault, in the words of the schema alone. */
export function describeFault({ pointer, detail }: SchemaFault, schema: JsonValue): string {
  const known = JSON.stringify(schema);
  const isKnown = (word: string): boolean => known.includes(JSON.stringify(word));
  const place = pointer
    .split('/')
    .map((part) => (part === '' || /^\d+$/.test(part) || isKnown(part) ? part : '…'))
    .join('/');
  const rule = detail.replaceAll(/"([^"]*)"/g, (quoted, word: string) =>
    isKnown(word) || TYPES.has(word) ? quoted : '"…"',
  );
  return `at "${place}": ${rule}`;
}
