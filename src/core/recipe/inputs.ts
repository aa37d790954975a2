/** Inputs of a run against a plan: coerced, completed, every fault at once; and their JSON Schema. */
import type { Issue, Result } from '../errors.ts';
import { ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { compact } from './compact.ts';
import { coerceInput, isBlank } from './input-values.ts';
import type { InputFault } from './input-values.ts';
import { pointerOf } from './path.ts';
import type { InputSpec, Plan } from './plan.ts';
import { severityOf } from './report.ts';
import { closest } from './suggest.ts';

export interface CheckedInputs {
  readonly values: JsonObject;
  readonly warnings: readonly Issue[];
}

const MAX_UNDECLARED = 200;

export function checkInputs(
  plan: Plan,
  given: JsonObject,
  options: { strict?: boolean } = {},
): Result<CheckedInputs, readonly Issue[]> {
  const values = new Map<string, JsonValue>();
  const issues: Issue[] = [];
  for (const spec of plan.inputs) {
    const value = ownProperty(given, spec.id);
    if (isBlank(spec, value)) fillIn(spec, values, issues);
    else {
      const checked = coerceInput(spec, value ?? null);
      if (checked.ok) values.set(spec.id, checked.value);
      else issues.push(issueOf(spec.id, hidden(spec, checked.error)));
    }
  }
  const undeclared = takeUndeclared(plan, given, values, options.strict ?? plan.strict);
  const errors = [...issues, ...undeclared].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { ok: false, error: [...issues, ...undeclared] };
  return { ok: true, value: { values: Object.fromEntries(values), warnings: undeclared } };
}

/** Of a value that is never shown, what is wrong with it is not told either: that would show it. */
function hidden({ sensitive }: InputSpec, fault: InputFault): InputFault {
  return sensitive === true ? { code: fault.code, detail: 'its value does not fit' } : fault;
}

function fillIn(spec: InputSpec, values: Map<string, JsonValue>, issues: Issue[]): void {
  if (spec.default !== undefined) values.set(spec.id, spec.default);
  else if (spec.required)
    issues.push(issueOf(spec.id, { code: 'input_required', detail: 'a value is required' }));
  else values.set(spec.id, null);
}

function takeUndeclared(
  plan: Plan,
  given: JsonObject,
  values: Map<string, JsonValue>,
  strict: boolean,
): Issue[] {
  const declared = plan.inputs.map(({ id }) => id);
  const known = new Set(declared);
  const severity = severityOf('undeclared_input', strict);
  const extra = Object.keys(given).filter((id) => !known.has(id) && id !== '__proto__');
  for (const id of extra) values.set(id, given[id] ?? null);
  return extra.slice(0, MAX_UNDECLARED).map((id) => {
    const fault = {
      code: 'undeclared_input',
      detail: 'the recipe declares no such input',
      suggestion: closest(id, declared),
    } as const;
    return { ...issueOf(id, fault), severity };
  });
}

function issueOf(id: string, { code, detail, suggestion }: InputFault): Issue {
  return {
    severity: 'error',
    code,
    detail: `Cannot accept input "${id.slice(0, 100)}": ${detail}`,
    pointer: pointerOf(['inputs', id]),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** JSON Schema, draft-07, of what a run asks for. */
export function inputsSchema(plan: Plan): JsonObject {
  const required = plan.inputs
    .filter((spec) => spec.required && spec.default === undefined)
    .map(({ id }) => id);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: plan.name,
    type: 'object',
    properties: Object.fromEntries(plan.inputs.map((spec) => [spec.id, inputSchemaOf(spec)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: !plan.strict,
  };
}

function inputSchemaOf(spec: InputSpec): JsonObject {
  const about = compact({
    title: spec.label,
    description: spec.description,
    default: spec.sensitive === true ? undefined : spec.default,
    writeOnly: spec.sensitive,
  });
  const bounds = typeSchema(spec);
  const isOptional = !spec.required || spec.default !== undefined;
  const type =
    isOptional && typeof bounds['type'] === 'string' ? { type: [bounds['type'], 'null'] } : {};
  const extra = spec.schema === undefined ? {} : { allOf: [spec.schema] };
  return { ...about, ...bounds, ...type, ...extra };
}

function typeSchema({
  type,
  min,
  max,
  pattern,
  literalValues,
  required,
  default: preset,
}: InputSpec): JsonObject {
  switch (type) {
    case 'string':
    case 'text':
      return { type: 'string', ...compact({ minLength: min, maxLength: max, pattern }) };
    case 'int':
      return { type: 'integer', ...compact({ minimum: min, maximum: max }) };
    case 'float':
      return { type: 'number', ...compact({ minimum: min, maximum: max }) };
    case 'bool':
      return { type: 'boolean' };
    case 'file': {
      const one = { type: ['string', 'object'] };
      const many = { type: 'array', items: one, ...compact({ minItems: min, maxItems: max }) };
      return {
        anyOf: [one, many, ...(required && preset === undefined ? [] : [{ type: 'null' }])],
      };
    }
    case 'literal':
      return {
        enum: [...(literalValues ?? []), ...(required && preset === undefined ? [] : [null])],
      };
    case 'json':
      return {};
  }
}
