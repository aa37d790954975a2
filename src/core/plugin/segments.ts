/**
 * Cuts a function body into segments: runs of instructions with one way in, each charged once, at its
 * start.
 *
 * S1. A segment's parent dominates it: every way to the segment leads through the parent, and, within
 *     a loop, does so again in every round. So a cost moved to the parent is never paid too late.
 * S2. Every cycle passes a checked segment: a function's entry or a loop's head.
 */
import { entryCost, LEAST_ROUND, MERGING } from './cost.ts';
import { OP } from './opcodes.ts';

export interface Segment {
  /** Offset of its first instruction. */
  readonly at: number;
  cost: number;
  /** Whether the fuel is looked at here, and not only reduced. */
  readonly isChecked: boolean;
  /** Index of a dominator; undefined when none may pay for it. */
  readonly parent: number | undefined;
  absorbed: number;
}

export interface SegmentTracker {
  enter(at: number, locals: number): void;
  target(depth: number): void;
  instruction(opcode: number, cost: number, next: number): void;
  /** Of the body at hand, by ascending offset. */
  readonly segments: readonly Segment[];
}

interface Frame {
  opcode: number;
  /** The segment in which the block was opened: it dominates what follows the block. */
  readonly opener: number;
  isTarget: boolean;
}

export function trackSegments(): SegmentTracker {
  const segments: Segment[] = [];
  const frames: Frame[] = [];
  let current = 0;
  /** Behind an instruction that never falls through. */
  let isDead = false;

  function open(at: number, parent: number | undefined): number {
    segments.push({ at, cost: 0, isChecked: parent === undefined, parent, absorbed: 0 });
    return segments.length - 1;
  }

  function leaveFrame(next: number): void {
    const frame = frames.pop();
    if (frame === undefined || frames.length === 0) return;
    const joins = frame.isTarget || frame.opcode === OP.if || frame.opcode === OP.else;
    if (joins || isDead || frame.opcode === OP.loop) current = open(next, frame.opener);
    isDead = false;
  }

  function enterElse(next: number): void {
    const frame = frames.at(-1);
    if (frame === undefined) return;
    frame.opcode = OP.else;
    current = open(next, frame.opener);
    isDead = false;
  }

  function endFlow(next: number): void {
    isDead = true;
    current = open(next, current);
  }

  function charge(cost: number): void {
    const segment = segments[current];
    if (segment !== undefined) segment.cost += cost;
  }

  return {
    segments,
    enter(at, locals) {
      segments.length = 0;
      frames.length = 0;
      isDead = false;
      current = open(at, undefined);
      charge(entryCost(locals));
      frames.push({ opcode: OP.block, opener: current, isTarget: false });
    },
    target(depth) {
      const frame = frames.at(-1 - depth);
      if (frame !== undefined) frame.isTarget = true;
    },
    instruction(opcode, cost, next) {
      charge(cost);
      switch (opcode) {
        case OP.block:
        case OP.loop:
        case OP.if:
          frames.push({ opcode, opener: current, isTarget: false });
          if (opcode === OP.loop) current = open(next, undefined);
          else if (opcode === OP.if) current = open(next, current);
          return;
        case OP.else:
          enterElse(next);
          return;
        case OP.end:
          leaveFrame(next);
          return;
        case OP.brIf:
          current = open(next, current);
          return;
        case OP.unreachable:
        case OP.return:
        case OP.br:
        case OP.brTable:
        case OP.returnCall:
        case OP.returnCallIndirect:
          endFlow(next);
          return;
        default:
      }
    },
  };
}

/** Moves the costs of small segments up. Children come after their parents, so one pass from the end does. */
export function mergeSegments(segments: readonly Segment[]): void {
  for (let i = segments.length - 1; i > 0; i--) {
    const segment = segments[i];
    const parent = segment?.parent === undefined ? undefined : segments[segment.parent];
    if (segment === undefined || parent === undefined || segment.cost > MERGING.largest) continue;
    const absorbed = parent.absorbed + segment.cost;
    if (absorbed > MERGING.absorbed) continue;
    parent.absorbed = absorbed;
    parent.cost += segment.cost;
    segment.cost = 0;
  }
  for (const segment of segments)
    if (segment.isChecked) segment.cost = Math.max(segment.cost, LEAST_ROUND);
}
