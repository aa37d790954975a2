/** Advice: a secret in a prompt, a chain of nodes that could run side by side. */
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { FlowCheck } from './flow-check.ts';
import type { Path } from './path.ts';
import { readsOf } from './reads.ts';
import type { Report } from './report.ts';

export function lintRecipe(check: FlowCheck): void {
  for (const { raw, path } of check.heads) lintSecrets(raw, path, check.report);
  lintChain(check);
}

const PROMPT_KEYS = ['prompt', 'system', 'messages', 'instructions'];
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bsk-(?:[a-z]{1,10}-){0,3}[A-Za-z0-9_]{20,200}\b/, 'an API key'],
  [/\bAKIA[0-9A-Z]{16}\b/, 'an access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{30,200}\b/, 'an access token'],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, 'an API key'],
  [/\bxox[abprs]-[0-9A-Za-z-]{10,200}\b/, 'an access token'],
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, 'a private key'],
  [/\bsecret:\w/, 'a secret'],
  [
    /\b(?:\w{1,40}_)?(?:api_?key|password|passphrase|private_key|access_token|client_secret)\b(?<=\{\{[^{}]{0,200})/i,
    'a secret',
  ],
  [/\bsecrets?\.(?<=\{\{[^{}]{0,200})[A-Za-z_]/, 'a secret'],
];

function lintSecrets(raw: JsonValue, path: Path, report: Report): void {
  if (!isJsonObject(raw)) return;
  for (const [key, value] of Object.entries(raw)) {
    if (PROMPT_KEYS.includes(key)) findSecrets(value, [...path, key], report);
    else if (key === 'task') lintSecrets(value, [...path, key], report);
  }
}

function findSecrets(value: JsonValue, path: Path, report: Report): void {
  if (isJsonArray(value))
    for (const [index, item] of value.entries()) findSecrets(item, [...path, index], report);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) findSecrets(item, [...path, key], report);
  if (typeof value !== 'string') return;
  for (const [pattern, name] of SECRETS) {
    const match = pattern.exec(value);
    if (match === null) continue;
    const detail = `A prompt holds what looks like ${name}: it would be sent to the model's provider`;
    report.add({ code: 'secret_in_prompt', path, offset: match.index, text: value, detail });
    return;
  }
}

/** Only for chains by default: who wrote edges meant them. */
function lintChain({ graph, heads, report, edgesPath }: FlowCheck): void {
  if (graph.kind !== 'chain' || heads.length < 2) return;
  for (const [index, { id, path, raw }] of heads.entries()) {
    const previous = heads[index - 1];
    if (previous === undefined) continue;
    if (!isWork(raw) || !isWork(previous.raw)) continue;
    const isRead = readsOf(raw, path).reads.some(
      ({ root, way }) => root === previous.output || (root === 'nodes' && way[1] === previous.id),
    );
    if (isRead || isFieldReader(raw)) continue;
    const detail = `Node "${id}" does not read "${previous.id}" before it: with edges, or "edges: auto", they could run in parallel`;
    report.add({
      code: 'could_be_parallel',
      path: [...path, 'id'],
      detail,
      suggestion: edgesPath.length > 0 ? 'edges: auto' : undefined,
    });
  }
}

const WORK = new Set<JsonValue | undefined>([
  'language_task',
  'text_to_speech_task',
  'speech_to_text_task',
  'function_task',
  'map',
  'reduce',
  'http_task',
]);

function isWork(raw: JsonValue): boolean {
  return isJsonObject(raw) && WORK.has(raw['type']);
}

/** A function without input may read anything. */
function isFieldReader(raw: JsonValue): boolean {
  return isJsonObject(raw) && raw['type'] === 'function_task' && raw['input'] === undefined;
}
