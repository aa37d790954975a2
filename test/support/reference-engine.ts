/**
 * The semantics of graphs and maps once more, slowly and one step at a time: everything that can run
 * runs, in the order listed; when nothing can, one loop starts over. Shares no code with the engine.
 */
import type { JsonValue } from '../../src/core/json.ts';

/** Conditions hold where the number that a node gave, modulo `mod`, is below `below`. */
export interface Test {
  readonly of: string;
  readonly mod: number;
  readonly below: number;
}

export interface RefNode {
  readonly id: string;
  readonly output: string;
  readonly maxVisits: number;
  /** Its number is a multiple of this: it fails. */
  readonly failsAt?: number;
  readonly onError: 'halt' | 'continue';
  readonly when?: Test;
  /** A map over these items; else a function. */
  readonly items?: readonly number[];
  readonly itemErrors?: 'skip' | 'drop';
}

export interface RefEdge {
  readonly from: string;
  readonly to: string;
  readonly back: boolean;
  readonly test?: Test;
}

export interface RefGraph {
  readonly nodes: readonly RefNode[];
  readonly edges: readonly RefEdge[];
  readonly entries: readonly string[];
}

export interface RefResult {
  readonly status: 'completed' | 'failed';
  /** Status by key, of every visit. */
  readonly steps: { readonly [key: string]: string };
  readonly outputs: { readonly [name: string]: JsonValue };
}

/** A number made of whatever is given. */
export function mix(...parts: readonly JsonValue[]): number {
  let hash = 2166136261;
  for (const char of JSON.stringify(parts)) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return (hash >>> 0) % 997;
}

interface Its {
  status: 'pending' | 'completed' | 'failed' | 'skipped';
  visit: number;
  armed: boolean;
  taken: Set<RefEdge>;
  output?: JsonValue;
}

type Entry =
  | { type: 'write'; writer: string; name: string; value: JsonValue }
  | { type: 'loop'; target: string };

export function runReference({ nodes, edges, entries }: RefGraph): RefResult {
  const its = new Map(
    nodes.map(({ id }): [string, Its] => [
      id,
      { status: 'pending', visit: 0, armed: false, taken: new Set() },
    ]),
  );
  const get = (id: string) => its.get(id)!;
  const steps: { [key: string]: string } = {};
  const history: Entry[] = [];
  let pending = new Set<RefEdge>();

  function bodyOf(start: string): Set<string> {
    const seen = new Set([start]);
    for (const id of seen)
      for (const e of edges) if (e.from === id && !e.back && e.to !== 'END') seen.add(e.to);
    return seen;
  }
  const bodies = new Map(nodes.map(({ id }) => [id, bodyOf(id)]));
  const body = (id: string) => bodies.get(id)!;
  const holds = ({ of, mod, below }: Test) => numberOf(get(of).output) % mod < below;
  const into = (id: string) => edges.filter((e) => e.to === id && !e.back);

  function goOn(id: string): void {
    const taken = edges.filter((e) => e.from === id && (e.test === undefined || holds(e.test)));
    get(id).taken = new Set(taken);
    const back = taken.filter(
      (e) => e.back && get(e.to).visit <= nodes.find((n) => n.id === e.to)!.maxVisits,
    );
    for (const e of back) {
      if (!back.some((o) => o.to !== e.to && body(o.to).has(e.to))) pending.add(e);
    }
  }

  function decide(node: RefNode): 'goes on' | 'halts' {
    const { id, when, maxVisits } = node;
    const mine = get(id);
    const incoming = into(id);
    const isReached =
      mine.armed || entries.includes(id) || incoming.some((e) => get(e.from).taken.has(e));
    const looped = mine.armed;
    mine.armed = false;
    mine.taken = new Set();
    const isOver = mine.visit >= maxVisits;
    const isPassed = when !== undefined && !(looped && isOver) && !holds(when);
    if (!isReached || isPassed) {
      mine.status = 'skipped';
      steps[keyOf(id, mine.visit + 1)] = 'skipped';
      if (looped) mine.visit += 1;
      if (isReached) goOn(id);
      return 'goes on';
    }
    mine.visit += 1;
    const { value, fails } = isOver
      ? {
          value: errorOf('loop_limit', `Cannot visit node "${id}" more than ${maxVisits} times`),
          fails: true,
        }
      : work(
          node,
          mine.visit,
          incoming.map((e) => get(e.from).output ?? null),
        );
    mine.status = fails ? 'failed' : 'completed';
    steps[keyOf(id, mine.visit)] = mine.status;
    if (fails && node.onError === 'halt') return 'halts';
    mine.output = value;
    history.push({ type: 'write', writer: id, name: node.output, value });
    goOn(id);
    return 'goes on';
  }

  for (;;) {
    const next = nodes.find(
      ({ id }) =>
        get(id).status === 'pending' && into(id).every((e) => get(e.from).status !== 'pending'),
    );
    if (next !== undefined) {
      if (decide(next) === 'halts') return { status: 'failed', steps, outputs: {} };
      continue;
    }
    const due = nodes
      .map(({ id }) => id)
      .filter((id) => [...pending].some((e) => e.to === id))
      .toSorted((a, b) => body(a).size - body(b).size)[0];
    if (due === undefined) break;
    pending = new Set([...pending].filter((e) => e.to !== due && !body(due).has(e.from)));
    for (const id of body(due)) Object.assign(get(id), { status: 'pending', taken: new Set() });
    get(due).armed = true;
    history.push({ type: 'loop', target: due });
  }
  return { status: 'completed', steps, outputs: outputsOf(history, nodes, body) };
}

/** The last listed of the writers that no other one lies behind, what loops have undone left out. */
function outputsOf(
  history: readonly Entry[],
  nodes: readonly RefNode[],
  body: (id: string) => Set<string>,
): { [name: string]: JsonValue } {
  const outputs: { [name: string]: JsonValue } = {};
  for (const name of new Set(nodes.map(({ output }) => output))) {
    const lasting = history.flatMap((entry, at) => {
      if (entry.type !== 'write' || entry.name !== name) return [];
      const isUndone = history.some(
        (later, when) =>
          when > at &&
          later.type === 'write' &&
          later.name === name &&
          (later.writer === entry.writer ||
            history
              .slice(at, when)
              .some(
                (e) =>
                  e.type === 'loop' &&
                  body(e.target).has(entry.writer) &&
                  body(e.target).has(later.writer),
              )),
      );
      return isUndone ? [] : [entry];
    });
    const ends = lasting.filter(
      (a) => !lasting.some((b) => a !== b && body(a.writer).has(b.writer)),
    );
    const last = nodes.findLast(({ id }) => ends.some(({ writer }) => writer === id));
    const winner = ends.find(({ writer }) => writer === last?.id);
    if (winner !== undefined) outputs[name] = winner.value;
  }
  return outputs;
}

function work(
  { id, failsAt, items, itemErrors }: RefNode,
  visit: number,
  seen: JsonValue[],
): { value: JsonValue; fails: boolean } {
  const isBad = (n: number) => failsAt !== undefined && n % failsAt === 0;
  if (items === undefined) {
    const n = mix(id, visit, seen);
    return isBad(n)
      ? { value: errorOf('plugin_error', 'as asked'), fails: true }
      : { value: { n }, fails: false };
  }
  const value = items.flatMap((item, index): JsonValue[] => {
    const n = mix(id, visit, [index, item]);
    if (!isBad(n)) return [{ n }];
    return itemErrors === 'drop'
      ? []
      : [{ status: 'failed', error: { code: 'plugin_error', message: 'as asked' } }];
  });
  return { value, fails: false };
}

function errorOf(code: string, message: string): JsonValue {
  return { success: false, error: { code, message } };
}

function keyOf(id: string, visit: number): string {
  return visit > 1 ? `${id}@${visit}` : id;
}

function numberOf(output: JsonValue | undefined): number {
  return typeof output === 'object' && output !== null && 'n' in output ? Number(output.n) : 0;
}
