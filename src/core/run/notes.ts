/** What a task reports while it works: events, sub-steps, what it has spent, and where it could go on. */
import type { Failure } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { World } from './decide.ts';
import type { EventBody, StepKey, StepStats } from './events.ts';
import type { StepRow } from './record.ts';
import { addSpend } from './spend.ts';
import type { Spend } from './spend.ts';
import type { Active, RunState } from './state.ts';
import { emit, warn } from './write.ts';

/** Without the step that it is about. */
export type Note =
  | {
      readonly type: 'node.fallback';
      readonly model: string;
      readonly next: string;
      readonly failure: Failure;
    }
  | { readonly type: 'node.repairing'; readonly model: string }
  | {
      readonly type: 'node.traced';
      readonly model: string;
      readonly prompt: string;
      readonly answer: string;
    }
  | { readonly type: 'run.warning'; readonly code: string; readonly detail: string }
  | { readonly type: 'tool.called'; readonly call: ToolRecord };

/** One call of a tool: a step within a step. */
export interface ToolRecord {
  /** Counts from 1 in each step. */
  readonly number: number;
  readonly tool: string;
  readonly input: JsonValue;
  readonly startedAt: number;
  readonly outcome:
    | { readonly ok: true; readonly output: JsonValue; readonly stats: StepStats }
    | { readonly ok: false; readonly failure: Failure };
}

export interface Notes {
  readonly notes?: readonly Note[];
  readonly spent?: Spend;
  /** What the task needs to go on from here after a restart. */
  readonly checkpoint?: JsonValue;
}

export function toolKey(step: StepKey, number: number): StepKey {
  return `${step}/tools[${number}]`;
}

export function takeNotes(state: RunState, step: Active, given: Notes, world: World): void {
  const { notes = [], spent, checkpoint } = given;
  if (spent !== undefined) state.spent = addSpend(state.spent, spent);
  const node = (step.map ?? step).node.id;
  for (const note of notes) {
    if (note.type === 'tool.called') writeTool(state, step, note.call, world);
    else if (note.type === 'run.warning')
      warn(state, world, { code: note.code, detail: note.detail, node });
    else emit(state, world, { ...note, key: step.key, node });
  }
  if (checkpoint === undefined) return;
  step.checkpoint = checkpoint;
  const { key, attempt, startSeq, startedAt } = step;
  const times = { startSeq, endSeq: state.seq, startedAt, endedAt: world.now };
  state.changes.steps.set(key, { key, status: 'open', attempt, ...times, taken: [], checkpoint });
}

function writeTool(state: RunState, step: Active, call: ToolRecord, world: World): void {
  const { number, tool, input, startedAt, outcome } = call;
  const key = toolKey(step.key, number);
  const about = { key, node: (step.map ?? step).node.id, tool };
  const body: EventBody = outcome.ok
    ? { type: 'tool.completed', ...about, stats: outcome.stats }
    : { type: 'tool.failed', ...about, failure: outcome.failure };
  const endSeq = emit(state, world, body);
  const times = { startSeq: endSeq, endSeq, startedAt, endedAt: world.now };
  const row: StepRow = {
    key,
    status: outcome.ok ? 'completed' : 'failed',
    attempt: 1,
    ...times,
    taken: [],
    tool: { name: tool, input },
    ...(outcome.ok
      ? { output: outcome.output, stats: outcome.stats }
      : { failure: outcome.failure }),
  };
  state.changes.steps.set(key, row);
  state.rows.set(key, row);
}
