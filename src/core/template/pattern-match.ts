/**
 * Runs a pattern over a text without backtracking: all ways to match advance together, so the time is
 * at most the length of the text times the size of the pattern, whatever either of them holds.
 */
import {
  isWord,
  PatternError,
  type Assertion,
  type Pattern,
  type PatternNode,
} from './pattern-parse.ts';

type Instruction =
  | { readonly op: 'set'; readonly matches: (point: number) => boolean }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'assert'; readonly kind: Assertion }
  | { readonly op: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly slots: number;
  readonly names: ReadonlyMap<string, number>;
  /** What every match begins with, to skip to it quickly. */
  readonly prefix: string;
}

const MAX_INSTRUCTIONS = 2000;

export function compilePattern({ root, groups, names }: Pattern): Program {
  const instructions: Instruction[] = [];
  emitNode(instructions, root);
  emit(instructions, { op: 'match' });
  return { instructions, slots: 2 * (groups + 1), names, prefix: prefixOf(root) };
}

function emit<T extends Instruction>(program: Instruction[], instruction: T): T {
  if (program.length >= MAX_INSTRUCTIONS) throw new PatternError('the pattern is too large');
  program.push(instruction);
  return instruction;
}

function emitNode(program: Instruction[], node: PatternNode): void {
  switch (node.type) {
    case 'set':
      emit(program, { op: 'set', matches: node.matches });
      return;
    case 'assertion':
      emit(program, { op: 'assert', kind: node.kind });
      return;
    case 'sequence':
      return node.parts.forEach((part) => emitNode(program, part));
    case 'group':
      emit(program, { op: 'save', slot: node.index * 2 });
      emitNode(program, node.body);
      emit(program, { op: 'save', slot: node.index * 2 + 1 });
      return;
    case 'either':
      return emitEither(program, node.options);
    case 'repeat':
      return emitRepeat(program, node);
  }
}

function emitEither(program: Instruction[], options: readonly PatternNode[]): void {
  const ends: { to: number }[] = [];
  for (const [index, option] of options.entries()) {
    const isLast = index === options.length - 1;
    const split = isLast
      ? undefined
      : emit(program, { op: 'split', first: program.length + 1, second: 0 });
    emitNode(program, option);
    if (split === undefined) continue;
    ends.push(emit(program, { op: 'jump', to: 0 }));
    split.second = program.length;
  }
  for (const end of ends) end.to = program.length;
}

function emitRepeat(program: Instruction[], node: Extract<PatternNode, { type: 'repeat' }>): void {
  const { body, least, most, isLazy } = node;
  for (let count = 0; count < least; count += 1) emitNode(program, body);
  if (most === undefined) {
    const start = program.length;
    const split = emitSplit(program);
    emitNode(program, body);
    emit(program, { op: 'jump', to: start });
    aim(split, isLazy, start + 1, program.length);
    return;
  }
  const splits: { at: number; split: SplitInstruction }[] = [];
  for (let count = least; count < most; count += 1) {
    splits.push({ at: program.length, split: emitSplit(program) });
    emitNode(program, body);
  }
  for (const { at, split } of splits) aim(split, isLazy, at + 1, program.length);
}

type SplitInstruction = Extract<Instruction, { op: 'split' }>;

function emitSplit(program: Instruction[]): SplitInstruction {
  return emit(program, { op: 'split', first: 0, second: 0 });
}

function aim(split: SplitInstruction, isLazy: boolean, into: number, past: number): void {
  split.first = isLazy ? past : into;
  split.second = isLazy ? into : past;
}

function prefixOf(root: PatternNode): string {
  if (root.type === 'set') return root.literal ?? '';
  if (root.type !== 'sequence') return '';
  let prefix = '';
  for (const part of root.parts) {
    if (part.type !== 'set' || part.literal === undefined) break;
    prefix += part.literal;
  }
  return prefix;
}

interface Thread {
  readonly at: number;
  readonly saved: readonly number[];
}

/** Start and end of the match and of each group, -1 where a group took no part. */
export type Match = readonly number[];

export interface Search {
  readonly text: string;
  readonly start: number;
  /** Where an empty match does not count, because the last match was empty and ended there. */
  readonly notEmptyAt: number | undefined;
}

/** The leftmost match from `start` on. `pay` is told the work done, and may throw. */
export function findMatch(
  program: Program,
  { text, start, notEmptyAt }: Search,
  pay: (work: number) => void,
): Match | undefined {
  let threads: Thread[] = [];
  let found: Match | undefined;
  const { length } = program.instructions;
  const step: Step = {
    program,
    text,
    position: 0,
    round: 0,
    reached: new Uint32Array(length),
    into: [],
    work: 0,
  };
  const unsaved: Match = Array.from({ length: program.slots }, () => -1);
  for (let position = start; ;) {
    if (threads.length === 0) {
      if (found !== undefined) return found;
      const candidate = program.prefix === '' ? position : text.indexOf(program.prefix, position);
      if (candidate === -1) return undefined;
      pay(1 + (candidate - position) / 64);
      position = candidate;
    }
    step.position = position;
    step.round += 1;
    step.into = [];
    step.work = 1;
    for (const thread of threads) follow(step, thread);
    if (found === undefined) follow(step, { at: 0, saved: unsaved.with(0, position) });
    pay(step.work);
    const point = text.codePointAt(position);
    const canMatch = position !== notEmptyAt;
    const { next, matched } = advance(program, step.into, { point, canMatch });
    if (matched !== undefined) found = matched.map((at, slot) => (slot === 1 ? position : at));
    if (point === undefined) return found;
    threads = next;
    position += point > 0xffff ? 2 : 1;
  }
}

/** Threads that take the character; those after the first complete match are of lower rank. */
function advance(
  { instructions }: Program,
  threads: readonly Thread[],
  { point, canMatch }: { point: number | undefined; canMatch: boolean },
): { next: Thread[]; matched: Match | undefined } {
  const next: Thread[] = [];
  for (const { at, saved } of threads) {
    const instruction = instructions[at];
    if (instruction?.op === 'match' && canMatch) return { next, matched: saved };
    if (instruction?.op === 'set' && point !== undefined && instruction.matches(point)) {
      next.push({ at: at + 1, saved });
    }
  }
  return { next, matched: undefined };
}

interface Step {
  readonly program: Program;
  readonly text: string;
  position: number;
  /** Counts positions, to tell which instructions were reached at this one. */
  round: number;
  readonly reached: Uint32Array;
  into: Thread[];
  work: number;
}

/** Goes through instructions that take no character, the preferred way first. */
function follow(step: Step, thread: Thread): void {
  const { program, text, position, reached } = step;
  const open = [thread];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, saved } = next;
    if (reached[at] === step.round) continue;
    reached[at] = step.round;
    step.work += 1;
    const instruction = program.instructions[at];
    if (instruction === undefined) continue;
    if (instruction.op === 'jump') open.push({ at: instruction.to, saved });
    else if (instruction.op === 'split') {
      open.push({ at: instruction.second, saved }, { at: instruction.first, saved });
    } else if (instruction.op === 'save') {
      open.push({ at: at + 1, saved: saved.with(instruction.slot, position) });
    } else if (instruction.op === 'assert') {
      if (holds(instruction.kind, text, position)) open.push({ at: at + 1, saved });
    } else step.into.push(next);
  }
}

function holds(kind: Assertion, text: string, position: number): boolean {
  switch (kind) {
    case 'start':
      return position === 0;
    case 'end':
      return position === text.length;
    case 'line_start':
      return position === 0 || text[position - 1] === '\n';
    case 'line_end':
      return position === text.length || text[position] === '\n';
    case 'last_line_end':
      return position === text.length || (position === text.length - 1 && text[position] === '\n');
    case 'boundary':
      return isBoundary(text, position);
    case 'no_boundary':
      return !isBoundary(text, position);
  }
}

function isBoundary(text: string, position: number): boolean {
  const before = Array.from(text.slice(Math.max(0, position - 2), position)).at(-1);
  const after = text.codePointAt(position);
  const isAfterWord = before !== undefined && isWord(before.codePointAt(0) ?? 0);
  return isAfterWord !== (after !== undefined && isWord(after));
}
