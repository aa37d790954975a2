/** Flow collections for the quick reader: `{a: 1, b: [x, "y"]}`, over several lines too, and so JSON. */
import type { JsonValue } from '../json.ts';
import { beginsPlain, checkedKey, plainKey, plainScalar, quotedScalar } from './quick-scalar.ts';
import { countTokens, giveUp, trimSpaces } from './quick-text.ts';
import type { QuickText } from './quick-text.ts';

/** The text goes on at `at`; lines below must be indented deeper than `indent`. */
export interface Flow {
  readonly quick: QuickText;
  at: number;
  readonly indent: number;
}

export function readFlow(flow: Flow, depth: number): JsonValue {
  const { quick } = flow;
  const { text } = quick;
  countTokens(quick, 3);
  if (depth < 0) giveUp();
  const first = text[flow.at];
  if (first === '{') return readFlowMap(flow, depth);
  if (first === '[') return readFlowList(flow, depth);
  if (first === '"' || first === "'") {
    const { value, end } = quotedScalar(quick, flow.at);
    flow.at = end;
    return value;
  }
  return plainScalar(quick, readPlain(flow));
}

function readFlowMap(flow: Flow, depth: number): JsonValue {
  const { quick } = flow;
  const map: { [key: string]: JsonValue } = {};
  flow.at += 1;
  skipBlank(flow);
  if (takes(flow, '}')) return map;
  do {
    skipBlank(flow);
    const key = readFlowKey(flow);
    if (Object.hasOwn(map, key)) giveUp();
    skipBlank(flow);
    quick.path.push(key);
    map[key] = readFlow(flow, depth - 1);
    quick.path.pop();
    skipBlank(flow);
  } while (takes(flow, ','));
  return takes(flow, '}') ? map : giveUp();
}

function readFlowList(flow: Flow, depth: number): JsonValue {
  const { quick } = flow;
  const list: JsonValue[] = [];
  flow.at += 1;
  skipBlank(flow);
  if (takes(flow, ']')) return list;
  do {
    skipBlank(flow);
    quick.path.push(list.length);
    list.push(readFlow(flow, depth - 1));
    quick.path.pop();
    skipBlank(flow);
  } while (takes(flow, ','));
  return takes(flow, ']') ? list : giveUp();
}

/** With the colon behind it. */
function readFlowKey(flow: Flow): string {
  const { quick } = flow;
  const { text } = quick;
  countTokens(quick, 4);
  const first = text[flow.at];
  if (first === '"' || first === "'") {
    const { value, end } = quotedScalar(quick, flow.at);
    flow.at = end;
    if (!takes(flow, ':')) giveUp();
    return checkedKey(value);
  }
  const key = readPlain(flow);
  // A colon that text follows belongs to the word before it.
  const next = text[flow.at + 1];
  if (text[flow.at] !== ':' || (next !== ' ' && next !== '\n')) giveUp();
  flow.at += 1;
  return plainKey(key);
}

const PLAIN = /(?:[^,[\]{}\n:#]|:(?=[^\s,[\]{}]))*/y;

/** Up to a mark of the flow. A hash inside a word, or a word over two lines, is not for us. */
function readPlain(flow: Flow): string {
  const { text } = flow.quick;
  if (!beginsPlain(text, flow.at)) giveUp();
  PLAIN.lastIndex = flow.at;
  const found = PLAIN.exec(text)?.[0] ?? '';
  flow.at += found.length;
  return trimSpaces(found);
}

function takes(flow: Flow, mark: string): boolean {
  if (flow.quick.text[flow.at] !== mark) return false;
  flow.at += 1;
  countTokens(flow.quick, 2);
  return true;
}

/** Spaces and line breaks; the line under way moves along. */
function skipBlank(flow: Flow): void {
  const { quick } = flow;
  const { text } = quick;
  while (text[flow.at] === ' ') flow.at += 1;
  if (text[flow.at] !== '\n') return;
  let start = flow.at;
  while (text[flow.at] === '\n') {
    start = flow.at + 1;
    flow.at = start;
    while (text[flow.at] === ' ') flow.at += 1;
    countTokens(quick, 2);
  }
  if (flow.at - start <= flow.indent || text[flow.at] === '#') giveUp();
  const found = text.indexOf('\n', flow.at);
  quick.end = found === -1 ? text.length : found;
}
