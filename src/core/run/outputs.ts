/** What a finished graph hands out. */
import { toFailure } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { World } from './decide.ts';
import type { RunWarning } from './record.ts';
import { holds, isVariable, pathOf, resolve, valueAt } from './resolve.ts';
import type { ResolveContext } from './resolve.ts';
import type { Frame, RunAbout } from './state.ts';
import { edgeContext } from './take-edges.ts';
import type { OutputSpec } from '../recipe/plan.ts';

export interface Outputs {
  readonly outputs: JsonObject;
  /** Ids of outputs that nothing provided. */
  readonly missing: readonly string[];
  readonly warnings: readonly RunWarning[];
}

export function collectOutputs(frame: Frame, run: RunAbout, world: World): Outputs {
  if (frame.graph.outputs === undefined) return allOutputs(frame);
  const context = edgeContext(frame, { run, ...world });
  const outputs: [string, JsonValue][] = [];
  const missing: string[] = [];
  const warnings: RunWarning[] = [];
  for (const spec of frame.graph.outputs) {
    try {
      if (!isWanted(spec, context, warnings)) continue;
      const value = outputValue(spec, context);
      if (value === undefined) missing.push(spec.id);
      else outputs.push([spec.id, value]);
    } catch (error) {
      missing.push(spec.id);
      const { message } = toFailure(error);
      warnings.push({ code: 'output_error', detail: `Output "${spec.id}" is missing: ${message}` });
    }
  }
  return { outputs: Object.fromEntries(outputs), missing, warnings };
}

function allOutputs(frame: Frame): Outputs {
  const outputs = frame.graph.nodes.flatMap(({ output }): [string, JsonValue][] => {
    const published = frame.values.get(output);
    return published?.writer === undefined ? [] : [[output, published.value]];
  });
  return { outputs: Object.fromEntries(outputs), missing: [], warnings: [] };
}

/** A condition never throws: an error counts as false. */
function isWanted(
  { id, condition }: OutputSpec,
  context: ResolveContext,
  warnings: RunWarning[],
): boolean {
  if (condition === undefined) return true;
  try {
    return holds(condition, context);
  } catch (error) {
    const detail = `Condition of output "${id}" counts as false: ${toFailure(error).message}`;
    warnings.push({ code: 'condition_error', detail });
    return false;
  }
}

/** A path at which nothing stands is missing, not null and not the text of the path. */
function outputValue({ id, value }: OutputSpec, context: ResolveContext): JsonValue | undefined {
  const source = value ?? id;
  const path = typeof source === 'string' ? pathOf(source) : undefined;
  if (path !== undefined && (value === undefined || isVariable(path[0] ?? '', context))) {
    return valueAt(path, context) === undefined ? undefined : resolve(source, context);
  }
  const before = context.missing.size;
  const resolved = resolve(source, context);
  return resolved === null && context.missing.size > before ? undefined : resolved;
}
