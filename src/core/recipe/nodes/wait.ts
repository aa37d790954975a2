/** wait: for a duration, until a time, or for an event. */
import type { JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import { parseDuration } from '../duration.ts';
import { parseInstant } from '../instant.ts';
import type { Path } from '../path.ts';
import type { WaitNode } from '../plan.ts';
import { wait } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';

export function readWait(shape: ShapeInput, context: NodeContext): WaitNode | undefined {
  const keys = readShape(wait, shape);
  if (keys === undefined) return undefined;
  const { path, what } = shape;
  const given = [keys.for, keys.until, keys.event].filter((value) => value !== undefined);
  if (given.length !== 1) {
    const detail = `${what.replace(/^n/, 'N')} needs exactly one of "for", "until" and "event"`;
    context.report.add({
      code: given.length === 0 ? 'missing_key' : 'conflicting_keys',
      path,
      detail,
    });
  }
  checkFor(keys.for, [...path, 'for'], context);
  checkUntil(keys.until, [...path, 'until'], context);
  const event = keys.event === undefined ? undefined : String(keys.event);
  return {
    ...readCommon(keys, 'wait', path, context),
    type: 'wait',
    ...compact({ for: keys.for, until: keys.until, event }),
  };
}

function checkFor(value: JsonValue | undefined, path: Path, { report }: NodeContext): void {
  if (value === undefined || isOpen(value) || parseDuration(value) !== undefined) return;
  report.add({
    code: 'bad_format',
    path,
    detail: 'Cannot wait: write seconds, or a duration such as "30s" or "2d"',
  });
}

function checkUntil(value: JsonValue | undefined, path: Path, { report }: NodeContext): void {
  if (value === undefined || parseInstant(value) !== undefined || isOpen(value)) return;
  report.add({
    code: 'bad_format',
    path,
    detail: 'Cannot wait: write a time such as "2030-01-31T09:00:00Z"',
  });
}

/** A template, or a name that a run may know. */
function isOpen(value: JsonValue): boolean {
  return (
    typeof value === 'string' &&
    (value.includes('{{') || /^[A-Za-z_][\w-]*(?:\.\w+|\[\d+\])*$/.test(value))
  );
}
