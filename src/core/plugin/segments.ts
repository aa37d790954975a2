/**
 * Cuts a function body into segments: runs of instructions with one way in, each charged once, at its
 * start.
 *
 * S1. The opener of a segment dominates it: every way to the segment leads through the opener, and, within
 *     a loop, does so again in every round. So a cost moved to the opener is never paid too late.
 * S2. Every cycle passes a checked segment: a loop's head, or the entry of a function that calls. What calls
 *     nothing is checked unless it is small.
 */
import { entryCost } from './cost.ts';
import type { Range } from './cursor.ts';
import { OP } from './opcodes.ts';

export interface Segment {
  /** Offset of its first instruction. */
  readonly at: number;
  /** Of its own instructions; once merged, what is charged at its start. */
  cost: number;
  /** A function's entry or a loop's head: no other may pay for it. */
  readonly isHead: boolean;
  /** Whether the fuel is looked at here, and not only reduced. */
  isChecked: boolean;
  /** Loops around it. */
  readonly depth: number;
  /** Index of the segment in which the block began that it is in or follows. */
  readonly opener: number;
  /** Indices of those that it is reached from, but for those further down in its loop. */
  readonly from: readonly number[];
  /** Ways out of it. */
  ways: number;
  /** From the first instruction for which others see the counter, to behind the last one. */
  calls: Range | undefined;
  /** Offset of the instruction with which it leaves the function. */
  exit: number | undefined;
}

/** A body's segments by ascending offset, and what is to know of it as a whole. */
export interface Outline {
  readonly segments: readonly Segment[];
  /** Whether a branch leaves the function, by its outermost label. */
  readonly leavesByBranch: boolean;
}

export interface SegmentTracker {
  enter(at: number, locals: number): void;
  /** A branch to the label so many frames out; comes before its `instruction`. */
  target(label: number): void;
  /** What charges for the next instruction by its size sees the counter. */
  sized(at: number): void;
  instruction(opcode: number, cost: number, next: number): void;
  /** Of the body that has just ended, until the next one is entered. */
  outline(): Outline;
}

/** Units of a function that calls nothing and is not checked: some 50 000 calls of it fit into a body. */
const MOST_UNCHECKED = 500;

interface Frame {
  opcode: number;
  readonly opener: number;
  /** Segments that go on behind the block. */
  readonly from: number[];
}

interface Walk {
  readonly segments: Segment[];
  readonly frames: Frame[];
  current: number;
  /** Offset of the instruction at hand. */
  here: number;
  depth: number;
  /** Behind an instruction that never falls through. */
  isDead: boolean;
  leavesByBranch: boolean;
}

export function trackSegments(): SegmentTracker {
  const walk: Walk = {
    segments: [],
    frames: [],
    current: 0,
    here: 0,
    depth: 0,
    isDead: false,
    leavesByBranch: false,
  };
  return {
    outline: () => walk,
    enter(at, locals) {
      walk.segments.length = 0;
      walk.frames.length = 0;
      Object.assign(walk, { current: 0, here: at, depth: 0, isDead: false });
      openHead(walk, at);
      change(walk, (entry) => (entry.cost = entryCost(locals)));
      walk.frames.push({ opcode: OP.block, opener: 0, from: [] });
    },
    target(label) {
      leave(walk);
      const from = walk.frames.at(-1 - label)?.from;
      // All ways of a table may lead to one label.
      if (from !== undefined && from.at(-1) !== walk.current) from.push(walk.current);
    },
    sized: (at) => see(walk, at, at),
    instruction(opcode, cost, next) {
      change(walk, (segment) => (segment.cost += cost));
      step(walk, opcode, next);
      walk.here = next;
    },
  };
}

function step(walk: Walk, opcode: number, next: number): void {
  const { current, frames } = walk;
  switch (opcode) {
    case OP.block:
      frames.push({ opcode, opener: current, from: [] });
      return;
    case OP.loop:
      frames.push({ opcode, opener: current, from: [] });
      leave(walk);
      walk.depth++;
      return openHead(walk, next);
    case OP.if:
      frames.push({ opcode, opener: current, from: [] });
      // The other way is the one to the `else` or, without one, to the end.
      leave(walk);
      return open(walk, next, { opener: current, from: fallThrough(walk) });
    case OP.else:
      return enterElse(walk, next);
    case OP.end:
      return endFrame(walk, next);
    case OP.brIf:
      return open(walk, next, { opener: current, from: fallThrough(walk) });
    case OP.call:
    case OP.callIndirect:
      return see(walk, walk.here, next);
    case OP.returnCall:
    case OP.returnCallIndirect:
      see(walk, walk.here, next);
      exit(walk);
      return endFlow(walk, next);
    case OP.return:
      exit(walk);
      return endFlow(walk, next);
    case OP.unreachable:
      // What it has called has left the counter right; without a call it is of no interest any more.
      if (walk.segments[current]?.calls !== undefined) exit(walk);
      return endFlow(walk, next);
    case OP.br:
    case OP.brTable:
      return endFlow(walk, next);
    default:
  }
}

type Place = Pick<Segment, 'opener' | 'from'> & Partial<Pick<Segment, 'isHead'>>;

function open(walk: Walk, at: number, { opener, from, isHead = false }: Place): void {
  const { segments, depth } = walk;
  walk.current = segments.length;
  const [calls, leaves] = [undefined, undefined];
  const isChecked = isHead;
  segments.push({
    at,
    cost: 0,
    isHead,
    isChecked,
    depth,
    opener,
    from,
    ways: 0,
    calls,
    exit: leaves,
  });
}

function openHead(walk: Walk, at: number): void {
  open(walk, at, { opener: walk.current, from: [], isHead: true });
}

function change(walk: Walk, by: (segment: Segment) => void): void {
  const segment = walk.segments[walk.current];
  if (segment !== undefined) by(segment);
}

function leave(walk: Walk): void {
  change(walk, (segment) => segment.ways++);
}

function see(walk: Walk, start: number, end: number): void {
  change(walk, (segment) => (segment.calls = { start: segment.calls?.start ?? start, end }));
}

function exit(walk: Walk): void {
  change(walk, (segment) => (segment.exit = walk.here));
}

/** The way on from the segment at hand. */
function fallThrough(walk: Walk): readonly number[] {
  if (walk.isDead) return [];
  leave(walk);
  return [walk.current];
}

function endFlow(walk: Walk, next: number): void {
  open(walk, next, { opener: walk.current, from: [] });
  walk.isDead = true;
}

function enterElse(walk: Walk, next: number): void {
  const frame = walk.frames.at(-1);
  if (frame === undefined) return;
  const { opener } = frame;
  frame.opcode = OP.else;
  frame.from.push(...fallThrough(walk));
  open(walk, next, { opener, from: [opener] });
  walk.isDead = false;
}

function endFrame(walk: Walk, next: number): void {
  const frame = walk.frames.pop();
  if (frame === undefined) return;
  if (walk.frames.length === 0) return endBody(walk, frame);
  const { opcode, opener, from } = frame;
  if (opcode === OP.loop) walk.depth--;
  // Nothing but what comes before it leads behind a block that no branch is to.
  if (opcode === OP.block && from.length === 0 && !walk.isDead) return;
  const others = opcode === OP.loop ? [] : opcode === OP.if ? [...from, opener] : from;
  open(walk, next, { opener, from: [...others, ...fallThrough(walk)] });
  walk.isDead = false;
}

function endBody(walk: Walk, { from }: Frame): void {
  walk.leavesByBranch = from.length > 0;
  if (!walk.leavesByBranch && !walk.isDead) exit(walk);
  const [entry, ...rest] = walk.segments;
  if (entry === undefined) return;
  if (rest.some(({ isHead }) => isHead)) return;
  if ([entry, ...rest].some(({ calls }) => calls !== undefined)) return;
  // No way leads from it back to it, and calls of it, however many stand in a row, come to little.
  const most = rest.reduce((sum, { cost }) => sum + cost, entry.cost);
  if (most <= MOST_UNCHECKED) entry.isChecked = false;
}
