/**
 * What a name means where several nodes publish it.
 *
 * P1. The order in which parallel nodes finish changes nothing: of two writers the one behind the
 *     other wins, of two side by side the one listed later.
 * P2. What a loop has undone gives way to what its body writes then.
 */
import type { JsonValue } from '../json.ts';
import type { NodeId, PlanNode } from '../recipe/plan.ts';
import type { Frame, Write } from './state.ts';

export function publish(frame: Frame, writer: NodeId, name: string, value: JsonValue): void {
  enter(frame, name, { writer, value, isExtra: false, undoneBy: new Set() });
}

/**
 * Publishes an output of a sub-recipe under its own name; false when the name belongs to an input or
 * to another node.
 */
export function publishExtra(
  frame: Frame,
  node: PlanNode,
  name: string,
  value: JsonValue,
): boolean {
  if (name === node.output) return true;
  if (Object.hasOwn(frame.inputs, name)) return false;
  enter(frame, name, { writer: node.id, value, isExtra: true, undoneBy: new Set() });
  return frame.values.get(name)?.writer === node.id;
}

function enter(frame: Frame, name: string, write: Write): void {
  const { writer } = write;
  const kept = (frame.writes.get(name) ?? []).filter(
    (other) => other.writer !== writer && !isUndoneFor(frame, other, writer),
  );
  const writes = [...kept, write];
  frame.writes.set(name, writes);
  const winner = winnerOf(frame, writes);
  if (winner !== undefined) frame.values.set(name, { value: winner.value, writer: winner.writer });
}

function isUndoneFor(frame: Frame, { undoneBy }: Write, writer: NodeId): boolean {
  return [...undoneBy].some((target) => frame.index.reach(target).has(writer));
}

function winnerOf(frame: Frame, writes: readonly Write[]): Write | undefined {
  if (writes.length === 1) return writes[0];
  const placeOf = ({ writer }: Write) => frame.index.nodes.get(writer)?.position ?? 0;
  const leads = (a: Write, b: Write) => a !== b && frame.index.reach(a.writer).has(b.writer);
  const outputs = writes.filter(({ isExtra }) => !isExtra);
  if (outputs.length > 0) {
    const last = outputs.filter((write) => !outputs.some((other) => leads(write, other)));
    return last.toSorted((a, b) => placeOf(a) - placeOf(b)).at(-1);
  }
  // A name that was free belongs to whoever came first.
  const first = writes.filter((write) => !writes.some((other) => leads(other, write)));
  return first.toSorted((a, b) => placeOf(a) - placeOf(b))[0];
}
