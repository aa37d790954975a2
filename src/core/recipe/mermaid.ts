/**
 * A graph as Mermaid text. Names of nodes are ours and what an author wrote stands in quoted labels
 * only, with every character that Mermaid could read as its own written as a number.
 */
import { END, START } from './plan.ts';
import type { Graph, PlanEdge, PlanNode } from './plan.ts';

const MAX_LABEL = 120;
/** Letters, digits, marks and what never means anything inside a label. */
const PLAIN = /^[\p{L}\p{N}\p{M} _.,=+*/()'?!-]$/u;

export function mermaidOf(graph: Graph): string {
  const names = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]));
  const nameOf = (id: string): string => (id === END ? 'finish' : (names.get(id) ?? 'finish'));
  const isEnded = graph.edges.some(({ to }) => to === END);
  const lines = [
    'flowchart TD',
    `start([${label(START)}])`,
    ...graph.nodes.map((node) => nodeLine(nameOf(node.id), node)),
    ...(isEnded ? [`finish([${label(END)}])`] : []),
    ...graph.entries.map((id) => `start --> ${nameOf(id)}`),
    ...graph.edges.map((edge) => edgeLine(edge, nameOf)),
  ];
  return `${lines.join('\n  ')}\n`;
}

function nodeLine(name: string, node: PlanNode): string {
  const lines = [node.id, whatOf(node), ...(node.when === undefined ? [] : [`when ${node.when}`])];
  const [open, close] = shapeOf(node);
  return `${name}${open}${label(...lines)}${close}`;
}

function shapeOf({ type }: PlanNode): readonly [string, string] {
  switch (type) {
    case 'map':
    case 'recipe':
      return ['[[', ']]'];
    case 'hitl':
      return ['{{', '}}'];
    case 'wait':
      return ['([', '])'];
    case 'language_task':
    case 'text_to_speech_task':
    case 'speech_to_text_task':
      return ['(', ')'];
    case 'function_task':
    case 'reduce':
    case 'http_task':
      return ['[', ']'];
  }
}

function whatOf(node: PlanNode): string {
  switch (node.type) {
    case 'function_task':
    case 'reduce':
      return `${node.type} ${node.function}`;
    case 'recipe':
      return `${node.type} ${node.path}`;
    case 'map':
      return `map of ${whatOf(node.task)}`;
    case 'language_task':
    case 'text_to_speech_task':
    case 'speech_to_text_task':
    case 'http_task':
    case 'hitl':
    case 'wait':
      return node.type;
  }
}

function edgeLine({ from, to, condition, back }: PlanEdge, nameOf: (id: string) => string): string {
  const arrow = back ? '-.->' : '-->';
  const text = condition === undefined ? '' : `|${label(condition)}|`;
  return `${nameOf(from)} ${arrow}${text} ${nameOf(to)}`;
}

function label(...lines: readonly string[]): string {
  return `"${lines.map(escaped).join('<br/>')}"`;
}

function escaped(text: string): string {
  const short = text.replaceAll(/\s+/g, ' ').trim();
  const chars = short.match(/./gsu) ?? [];
  const shown = chars.length > MAX_LABEL ? [...chars.slice(0, MAX_LABEL), '…'] : chars;
  return shown.map((char) => (PLAIN.test(char) ? char : `#${char.codePointAt(0) ?? 32};`)).join('');
}
