/** Runs of one `http_task` over hosts that a test writes. */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { createFakeNet, json } from './fake-net.ts';
import type { Host, Seen } from './fake-net.ts';
import { runRecipe } from './run-recipe.ts';
import type { RunOptions, StartedRun } from './run-recipe.ts';

export const A = 'https://a.example.com';
export const B = 'https://b.example.com';

export type Hosts = { readonly [address: string]: Host };

export function askRecipe(node: JsonObject, inputs: readonly string[] = []): string {
  return JSON.stringify({
    name: 'main',
    user_inputs: inputs.map((id) => ({ id, type: 'json', required: false })),
    nodes: [{ id: 'ask', type: 'http_task', url: A, ...node }],
  });
}

export async function runAsk(
  node: JsonObject,
  hosts: Hosts = { [A]: json({ a: 1 }) },
  options: RunOptions = {},
): Promise<StartedRun & { readonly seen: readonly Seen[] }> {
  const { egress, seen } = createFakeNet(hosts);
  const ids = Object.keys(options.inputs ?? {});
  return { ...(await runRecipe(askRecipe(node, ids), { ...options, egress })), seen };
}

export async function sentBy(node: JsonObject, inputs: JsonObject = {}): Promise<Seen> {
  const { seen, state } = await runAsk(node, undefined, { inputs });
  if (seen[0] === undefined) throw new Error(JSON.stringify(state.failure));
  return seen[0];
}

/** What the node's output says of an answer. */
export async function outputOf(answer: Response, node: JsonObject = {}): Promise<JsonObject> {
  const { output, state } = await runAsk(node, { [A]: () => answer });
  return (output('ask') ?? { failed: state.failure?.code ?? '' }) as JsonObject;
}

export async function failureOf(
  node: JsonObject,
  hosts?: Hosts,
  inputs: JsonObject = {},
): Promise<{ code?: string; attempts: number; details?: JsonValue }> {
  const { state, events } = await runAsk(node, hosts, { inputs });
  const attempts = 1 + events().filter(({ type }) => type === 'node.retrying').length;
  const { code, details } = state.failure ?? {};
  return { ...(code && { code }), attempts, ...(details !== undefined && { details }) };
}
