/**
 * Data flow: every variable that is read must be an input, a definition, or the output of a node that
 * can run before. A false alarm would refuse a good recipe, so what cannot be known is let through.
 */
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { GLOBAL_NAMES } from '../template/globals.ts';
import type { NodeHead } from './context.ts';
import type { Ids } from './graph.ts';
import { readsOf } from './reads.ts';
import type { Read, TemplateIssue } from './reads.ts';
import { RESERVED } from './input-specs.ts';
import type { Report } from './report.ts';
import { findMissingField } from './output-fields.ts';
import { closest } from './suggest.ts';

/** Readable everywhere. */
const ALWAYS = new Set(['inputs', 'nodes', 'run', 'current_time', 'visits']);
const IN_ITEMS = new Set(['item', 'index', 'loop', 'key', 'parent']);
/** Keys whose bare strings are meant as names more often than not. */
const NAMING = new Set(['input', 'over', 'input_mapping']);

export interface Flow {
  readonly inputs: ReadonlySet<string>;
  readonly definitions: ReadonlySet<string>;
  /** Nodes by the name they publish; several nodes may publish one name. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
  readonly ids: ReadonlySet<string>;
  /** Nodes that can run before a node. */
  readonly before: ReadonlyMap<string, Ids>;
  /** What the function of a node gives, by the node's id. */
  readonly schemas: ReadonlyMap<string, JsonValue>;
  /** False when edges had faults: any node may come before any other. */
  readonly isOrdered: boolean;
  readonly report: Report;
  /** Names still to be compared with all others, where only a likeness makes a finding. */
  guesses: number;
}

/** What one place can see beside the flow itself. */
interface View {
  /** Nodes whose outputs may be there; undefined: all of them. */
  readonly before: Ids | undefined;
  readonly local: ReadonlySet<string>;
  /** Fields of an item or of a computed input may be there. */
  readonly isOpen: boolean;
  readonly who: string;
  /** The node that reads. */
  readonly self?: string;
}

export function checkNodeReads(head: NodeHead, flow: Flow): void {
  const before = flow.isOrdered ? (flow.before.get(head.id) ?? new Set<string>()) : undefined;
  const view = {
    before,
    local: new Set<string>(),
    isOpen: false,
    who: `Node "${head.id}"`,
    self: head.id,
  };
  checkPart(head.raw, head, { view, flow });
}

/** A node, or the task of a map inside it. */
function checkPart(
  raw: JsonValue,
  { path }: Pick<NodeHead, 'path'>,
  { view, flow }: { view: View; flow: Flow },
): void {
  if (!isJsonObject(raw)) return;
  const { task, ...rest } = raw;
  const inside = withInput(view, ownProperty(raw, 'input'));
  const { reads, faults } = readsOf(rest, path);
  reportFaults(faults, flow.report);
  for (const read of reads) {
    const field = String(read.path[path.length] ?? '');
    const isOuter = field === 'input' || field === 'over';
    const seen = field === 'compensate' ? afterItself(view) : isOuter ? view : inside;
    checkRead(read, { view: seen, flow, field });
  }
  if (task === undefined || ownProperty(raw, 'type') !== 'map') return;
  const local = new Set([...inside.local, ...IN_ITEMS]);
  checkPart(task, { path: [...path, 'task'] }, { view: { ...inside, local, isOpen: true }, flow });
}

/** What undoes a node reads its output too. */
function afterItself(view: View): View {
  const { before, self } = view;
  if (before === undefined) return view;
  return { ...view, before: { has: (id) => id === self || before.has(id) } };
}

function withInput(view: View, input: JsonValue | undefined): View {
  if (isJsonObject(input))
    return { ...view, local: new Set([...view.local, ...Object.keys(input)]) };
  return input === undefined || input === null ? view : { ...view, isOpen: true };
}

/** Reads outside nodes: conditions of edges and final outputs. */
export function checkReads(
  { reads, faults }: { readonly reads: readonly Read[]; readonly faults: readonly TemplateIssue[] },
  at: { readonly before?: Ids; readonly who: string },
  flow: Flow,
): void {
  reportFaults(faults, flow.report);
  const view = { before: at.before, local: new Set<string>(), isOpen: false, who: at.who };
  for (const read of reads) checkRead(read, { view, flow, field: '' });
}

export function reportFaults(faults: readonly TemplateIssue[], report: Report): void {
  for (const { fault, path, offset, text } of faults) {
    const { code, message, suggestion } = fault;
    const known =
      code === 'template_syntax' || code === 'unknown_filter' || code === 'unknown_test';
    report.add({
      code: known ? code : 'template_error',
      path,
      offset,
      text,
      detail: message,
      suggestion,
    });
  }
}

interface Place {
  readonly view: View;
  readonly flow: Flow;
  readonly field: string;
}

function checkRead(read: Read, place: Place): void {
  const { view, flow } = place;
  const { root } = read;
  if (view.local.has(root) || flow.inputs.has(root) || flow.definitions.has(root)) return;
  const field = read.way.length > 1 ? String(read.way[1]) : undefined;
  if (root === 'nodes' && field !== undefined) return checkNodesRead(read, field, place);
  if (ALWAYS.has(root)) return checkAlias(read, field, place);
  const providers = flow.providers.get(root);
  if (providers !== undefined) {
    const { before } = view;
    if (before === undefined || providers.some((id) => before.has(id))) {
      return checkField(read, providers, flow);
    }
    return reportLater(read, providers, place);
  }
  if (read.form !== 'bare') {
    if (!read.isGuarded && !GLOBAL_NAMES.has(root)) reportUnknown(read, place);
  } else if (isNameOnly(read, place.field) && !view.isOpen) reportUnknown(read, place);
  else if (NAMING.has(place.field)) reportMaybe(read, place);
}

/** Only where every node that may have given the value declares what it gives. */
function checkField(
  { way, path, offset, text, isGuarded }: Read,
  providers: readonly string[],
  flow: Flow,
): void {
  if (isGuarded || way.length < 2) return;
  const missing = providers.map((id) => findMissingField(flow.schemas.get(id), way.slice(1)));
  const [first] = missing;
  if (first === undefined || missing.includes(undefined)) return;
  flow.report.add({
    code: 'unknown_output_field',
    path,
    offset,
    text,
    detail: `"${way.join('.')}" is not there: the function of "${providers.join('", "')}" gives no "${first.name}"`,
    suggestion: closest(first.name, first.known),
  });
}

/**
 * "over: names", "over: {file: name}" and "for: pause" can only mean a variable; the names in a list that
 * is written out are texts.
 */
function isNameOnly(read: Read, field: string): boolean {
  const [parent, key] = read.path.slice(-2);
  if (field === 'for' || field === 'until') return key === field;
  return field === 'over' && (key === 'over' || (key === 'file' && parent === 'over'));
}

function checkNodesRead(read: Read, id: string, place: Place): void {
  const { before } = place.view;
  if (place.flow.ids.has(id)) {
    if (before !== undefined && !before.has(id)) reportLater(read, [id], place);
    return;
  }
  if (read.isGuarded) return;
  add(read, place, {
    code: 'unknown_variable',
    detail: `${place.view.who} reads "nodes.${id}", and there is no such node`,
    suggestion: () => closest(id, place.flow.ids),
  });
}

const RUN_FIELDS = ['id', 'recipe', 'version', 'started_at'];

/** What `inputs`, `run` and `visits` hold is known. */
function checkAlias(read: Read, field: string | undefined, place: Place): void {
  const { flow, view } = place;
  const { root } = read;
  if (field === undefined || read.isGuarded) return;
  const known: { readonly [alias: string]: readonly string[] } = {
    inputs: [...flow.inputs],
    run: RUN_FIELDS,
    visits: [...flow.ids],
  };
  const names = Object.hasOwn(known, root) ? known[root] : undefined;
  if (names === undefined || names.includes(field)) return;
  // An input that is not declared may be given all the same.
  const isPossible = root === 'inputs' && names.length === 0 && !flow.report.strict;
  add(read, place, {
    code: 'unknown_variable',
    detail: `${view.who} reads "${root}.${field}", which is never there`,
    suggestion: () => closest(field, names),
    ...(isPossible ? { severity: 'warning' as const } : {}),
  });
}

function reportLater(read: Read, providers: readonly string[], place: Place): void {
  if (read.form === 'bare') {
    const isOwn = providers.every((id) => id === place.view.self);
    if (
      !isOwn &&
      (NAMING.has(place.field) || isNameOnly(read, place.field) || place.field === 'over')
    )
      laterFinding(read, providers, place);
  } else if (!read.isGuarded) laterFinding(read, providers, place);
}

function laterFinding(read: Read, providers: readonly string[], place: Place): void {
  const isSure = read.form !== 'bare' || isNameOnly(read, place.field);
  const names = providers.map((id) => `"${id}"`).join(', ');
  add(read, place, {
    code: 'reads_later',
    detail: `${place.view.who} reads "${read.root}", which comes from ${names} and cannot be there yet`,
    ...(isSure ? {} : { severity: 'warning' as const }),
  });
}

function reportUnknown(read: Read, place: Place): void {
  const { flow, view } = place;
  const find = (): string | undefined =>
    closest(read.root, visibleNames(place)) ?? nodeSuggestion(read.root, flow);
  const detail = `${view.who} reads "${read.root}", which no input, definition or node provides`;
  // Inside a map the item may have the field, so only a likely misspelling is worth a word.
  if (view.isOpen) {
    const suggestion = spendGuess(flow) ? find() : undefined;
    if (suggestion !== undefined)
      add(read, place, { code: 'unknown_variable', detail, suggestion, severity: 'warning' });
    return;
  }
  const isUndeclaredPossible = flow.inputs.size === 0 && !flow.report.strict;
  add(read, place, {
    code: 'unknown_variable',
    detail,
    suggestion: find,
    ...(isUndeclaredPossible ? { severity: 'warning' as const } : {}),
  });
}

/** A node's id is not a variable when its output has another name. */
function nodeSuggestion(root: string, flow: Flow): string | undefined {
  return flow.ids.has(root) ? `nodes.${root}` : undefined;
}

function spendGuess(flow: Flow): boolean {
  flow.guesses -= 1;
  return flow.guesses >= 0;
}

function reportMaybe(read: Read, place: Place): void {
  if (read.root.length < 4 || !spendGuess(place.flow)) return;
  const near = closest(read.root, visibleNames(place));
  if (near === undefined) return;
  const detail = `${place.view.who} gives the text "${read.text}": did you mean the value of "${near}"?`;
  add(read, place, { code: 'maybe_variable', detail, suggestion: near });
}

function* visibleNames({ view, flow }: Place): Iterable<string> {
  yield* view.local;
  yield* flow.inputs;
  for (const [name, ids] of flow.providers) {
    if (view.before === undefined || ids.some((id) => view.before?.has(id))) yield name;
  }
  yield* flow.definitions;
  yield* ALWAYS;
}

type Finding = Parameters<Report['add']>[0];

function add(
  read: Read,
  { flow }: Place,
  finding: Omit<Finding, 'path' | 'offset' | 'text'>,
): void {
  flow.report.add({ ...finding, path: read.path, offset: read.offset, text: read.text });
}

export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}
