/** Runs, nodes and events as the API spells them. */
import { snakeCase } from './snake-case.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { RunEvent } from '../core/run/events.ts';
import type { NodeView, RunView } from '../core/run/view.ts';

export function runView(view: RunView) {
  return 'nodes' in view ? { ...view, nodes: view.nodes.map(nodeView) } : view;
}

export function nodeView({ stats, ...node }: NodeView) {
  return stats === undefined ? node : { ...node, stats: snakeCase(stats) };
}

const INSTANTS = new Set(['retryAt', 'dueAt']);

/** Times as text, like everywhere in the API. */
export function eventView({ seq, type, at, ...body }: RunEvent): JsonObject {
  const members = Object.entries(body).map(([key, value]): [string, JsonValue] =>
    INSTANTS.has(key) && typeof value === 'number'
      ? [key.replace('At', '_at'), new Date(value).toISOString()]
      : [key, snakeCase(value)],
  );
  return { seq, type, at: new Date(at).toISOString(), ...Object.fromEntries(members) };
}
