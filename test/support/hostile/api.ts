/** Attacks over HTTP; after each one a plugin that does no harm still answers right. */
import { afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { bodyOf, fromBase64, post, putPlugin } from '../api-client.ts';
import type { ProblemBody } from '../api-client.ts';

declare module 'vitest' {
  interface TaskMeta {
    firstCallMs?: number;
    secondCallMs?: number;
  }
}

const WELL = 'well';
/** A server that all files attack has what each of them has uploaded. */
const scope = crypto.randomUUID().slice(0, 8);
let names = 0;
let rounds = 0;

/** Uploads what must stay well, and asks for it after every case. Once in each file. */
export function keepWell(): void {
  // No case is about time; a busy machine may take long over any of them.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  beforeAll(async () => {
    expect(await told(await putPlugin(WELL, '1.0.0', guest('kit')))).toMatchObject({ code: 'ok' });
  });
  afterEach(expectWell);
}

/** One of `test/support/guests`; `kit` has a function for each thing that a plugin may do. */
export function guest(name: string): Uint8Array {
  return fromBase64(inject('guests')[name]!);
}

export async function expectWell(): Promise<void> {
  rounds += 1;
  const input = `well in round ${rounds} — ✓`;
  const answer = await post(`/v1/plugins/${WELL}/functions/echo/call`, { input });
  expect(await bodyOf<{ output: string }>(answer, 200)).toMatchObject({ output: input });
}

/** A plugin's name that nothing else has. */
export function freshName(): string {
  names += 1;
  return `guest-${scope}-${names}`;
}

export interface Told {
  readonly status: number;
  /** Of the problem, or `ok`. */
  readonly code: string;
  /** Of the first finding. */
  readonly finding: string | undefined;
  readonly output?: unknown;
  readonly problem?: ProblemBody;
}

/** What an answer says. No answer may ever be our own fault, or show where our code lies. */
export async function told(answer: Response): Promise<Told> {
  const body = await answer.text();
  expect(answer.status, body).not.toBe(500);
  expect(body).not.toMatch(/\bat \w+ \(|\.ts:\d|node_modules/);
  if (answer.ok) {
    const value = body === '' ? {} : (JSON.parse(body) as { output?: unknown });
    return { status: answer.status, code: 'ok', finding: undefined, output: value.output };
  }
  const problem = JSON.parse(body) as ProblemBody;
  expect(problem.code).not.toBe('internal');
  return {
    status: answer.status,
    code: problem.code,
    finding: problem.errors?.[0]?.code,
    problem,
  };
}

export async function upload(bytes: Uint8Array, manifest?: string): Promise<Told> {
  return told(await putPlugin(freshName(), '1.0.0', bytes, manifest));
}

export async function callPlugin(
  name: string,
  fn: string,
  input: unknown = '',
  more: object = {},
): Promise<Told> {
  return told(await post(`/v1/plugins/${name}/functions/${fn}/call`, { input, ...more }));
}

/** Uploads, which must work, and calls `run`. */
export async function callUpload(bytes: Uint8Array, input: unknown = ''): Promise<Told> {
  const name = freshName();
  expect(await told(await putPlugin(name, '1.0.0', bytes))).toMatchObject({ code: 'ok' });
  return callPlugin(name, 'run', input);
}

/** Bytes, or how they are made: large ones only when their turn comes. */
export type Made = Uint8Array | (() => Uint8Array);
export type UploadRow = readonly [name: string, bytes: Made, code: string];
export type CallRow = readonly [name: string, bytes: Made, code: string];

/** Uploads that are refused, each with the code of its finding; `ok` is accepted. */
export function refuses(rows: readonly UploadRow[]): void {
  it.each(rows)('%s', async (_, made, code) => {
    const answer = await upload(typeof made === 'function' ? made() : made);
    if (code === 'ok') expect(answer).toMatchObject({ status: 201 });
    else expect(answer).toMatchObject({ status: 422, code: 'plugin_invalid', finding: code });
  });
}

/** Uploads that are accepted and whose `run` ends with the code; again so when it is called again. */
export function ends(rows: readonly CallRow[], input: unknown = ''): void {
  it.for(rows)('%s', async ([, made, code], { task }) => {
    const name = freshName();
    const bytes = typeof made === 'function' ? made() : made;
    expect(await told(await putPlugin(name, '1.0.0', bytes))).toMatchObject({ code: 'ok' });
    for (const round of ['first', 'second'] as const) {
      const startedAt = Date.now();
      const answer = await callPlugin(name, 'run', input);
      // Told in the summary, never held against a case: the machine may be busy.
      task.meta[`${round}CallMs`] = Date.now() - startedAt;
      expect(answer, `${round} call`).toMatchObject({ code });
    }
  });
}
