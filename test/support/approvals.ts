/** Runs that ask people, and how tests answer for them, in workerd. */
import { expect } from 'vitest';
import { bodyOf, call, post } from './api-client.ts';
import type { RunBody } from './api-client.ts';

export interface Approval {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly status: string;
  readonly title?: string;
  readonly input?: unknown;
  readonly due_at?: string;
  readonly approved_by?: readonly string[];
  readonly decision?: Record<string, unknown>;
}

export interface Link {
  readonly id: string;
  readonly url: string;
  readonly person: string;
  readonly expires_at: string;
}

/** A recipe with one question; `more` is of its node. */
export function question(more: object = {}, name = 'question') {
  return {
    name,
    nodes: [
      { id: 'ask', type: 'hitl', title: 'Ship it?', ...more },
      {
        id: 'ship',
        type: 'function_task',
        function_identifier: 'json-tools.merge',
        input: { values: [{ shipped: true }] },
      },
    ],
    edges: ['ask to ship if ask.approved'],
  };
}

export async function start(recipe: unknown, inputs: unknown = {}): Promise<RunBody> {
  return bodyOf<RunBody>(await post('/v1/runs', { recipe, inputs }), 202);
}

export async function approvalsOf(id: string): Promise<Approval[]> {
  const { data } = await bodyOf<{ data: Approval[] }>(await call('/v1/approvals'), 200);
  return data.filter((approval) => approval.run_id === id);
}

/** Starts a run, and gives it with the one approval that it waits for. */
export async function ask(recipe: unknown): Promise<{ run: RunBody; approval: Approval }> {
  const run = await start(recipe);
  const [approval] = await approvalsOf(run.id);
  expect(approval).toBeDefined();
  return { run, approval: approval! };
}

export async function linkFor(
  { id }: Pick<Approval, 'id'>,
  person: string,
  more: object = {},
): Promise<Link> {
  return bodyOf<Link>(await post(`/v1/approvals/${id}/links`, { person, ...more }), 201);
}

export function pathOf({ url }: Link): string {
  return new URL(url).pathname;
}

/** Presses a button of the page, as a browser does, and gives what it shows then. */
export async function press(
  path: string,
  decision: 'approve' | 'reject',
  fields: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const answer = await call(path, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, decision }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    redirect: 'manual',
  });
  const then = answer.status === 303 ? await call(answer.headers.get('location')!) : answer;
  return { status: then.status, text: await then.text() };
}

/** Reads the run's events to their end, then the run. */
export async function ended(id: string): Promise<RunBody> {
  const answer = await call(`/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } });
  await answer.text();
  return bodyOf<RunBody>(await call(`/v1/runs/${id}`), 200);
}
