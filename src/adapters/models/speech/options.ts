/** What may be said of a voice or a transcript, and what goes into the request as it is. */
import { fail, ok } from '../../../core/errors.ts';
import type { Result } from '../../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../../core/json.ts';

/** What the request has of its own; an option of that name would take it apart. */
const OWN = ['model', 'model_id', 'input', 'text', 'file', 'response_format', 'stream'];

/** Texts by name, and the rest. `null` is an option that is not set. */
export function readTexts<Name extends string>(
  options: JsonObject,
  names: readonly Name[],
): Result<{ readonly texts: Partial<Record<Name, string>>; readonly body: JsonObject }> {
  const texts: Partial<Record<string, string>> = {};
  const body: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === null) continue;
    if (OWN.includes(key)) return wrong(key, 'the request has its own');
    if (!names.some((name) => name === key)) body[key] = value;
    else if (typeof value === 'string') texts[key] = value;
    else return wrong(key, 'it must be a text');
  }
  // SAFETY: only the names were set.
  return ok({ texts: texts as Partial<Record<Name, string>>, body });
}

export function wrong(key: string, why: string): ReturnType<typeof fail> {
  return fail(
    'model_options_invalid',
    `Cannot use option ${JSON.stringify(key.slice(0, 64))} of the model: ${why}`,
  );
}
