/** The body of what webhooks are told: `{type, timestamp, data}`, as Standard Webhooks has it. */
import { utf8Length } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { ApprovalView, RunView } from '../core/run/view.ts';
import type { EpochMs } from './ports.ts';
import type { WebhookEvent } from './ports/webhooks.ts';

/** Longer results are left out: whoever is told can fetch them. */
const MAX_RESULT_BYTES = 256 * 1024;

export interface Happening {
  readonly event: WebhookEvent;
  readonly at: EpochMs;
  /** Null when the run is not kept any more. */
  readonly view: RunView | null;
  readonly approval: ApprovalView | null;
  readonly key: string | null;
}

export function messageOf({ event, at, view, approval, key }: Happening): JsonObject {
  const run = view === null ? {} : aboutRun(view);
  const step = key === null ? {} : { step: key };
  const asked = approval?.status === 'pending' ? aboutApproval(approval) : {};
  const timestamp = new Date(at).toISOString();
  return { type: event, timestamp, data: { ...run, ...step, ...asked } };
}

function aboutRun(view: RunView): JsonObject {
  const { id, recipe, recipe_version, status, labels, created_at } = view;
  const about = { run_id: id, recipe, recipe_version, status, labels, created_at };
  const ended = 'ended_at' in view ? { ended_at: view.ended_at } : {};
  if (view.status === 'failed') return { ...about, ...ended, error: { ...view.error } };
  if (view.status !== 'completed') return { ...about, ...ended };
  const isLarge = utf8Length(JSON.stringify(view.result)) > MAX_RESULT_BYTES;
  return { ...about, ...ended, ...(isLarge ? { result_omitted: true } : { result: view.result }) };
}

type Pending = Extract<ApprovalView, { status: 'pending' }>;

function aboutApproval({ title, instructions, groups, approvals_required, due_at }: Pending) {
  return {
    approvals_required,
    groups: [...groups],
    ...(title !== undefined && { title }),
    ...(instructions !== undefined && { instructions }),
    ...(due_at !== undefined && { due_at }),
  };
}
