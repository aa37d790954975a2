/** How commands leave: many in one request, and an answer for each. Redirects are answers: the token is for one address. */
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';

export interface UpstashAccount {
  readonly url: string;
  readonly token: string;
}

export type Command = readonly unknown[];

/** Either is there, or the command failed. */
export interface CommandAnswer {
  readonly result?: unknown;
  readonly error?: string;
}

export type Send = (
  commands: readonly Command[],
  signal: AbortSignal,
) => Promise<readonly CommandAnswer[]>;

/** The platform's `fetch`, or that of a way out that is for Redis. */
export type Network = (url: string, init: RequestInit) => Promise<Response>;

/** Throws where there is not an answer for each command. */
export function createSend({ url, token }: UpstashAccount, network: Network): Send {
  const address = `${url.replace(/\/+$/, '')}/pipeline`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return async (commands, signal) => {
    const body = JSON.stringify(commands);
    const init = { method: 'POST', headers, body, signal, redirect: 'manual' as const };
    const answer = await network(address, init);
    const said = JSON.parse(await answer.text()) as JsonValue;
    const isWhole = isJsonArray(said) && said.length === commands.length;
    if (answer.ok && isWhole && said.every(isJsonObject)) return said.map(answerOf);
    const why = isJsonObject(said) ? said['error'] : undefined;
    throw new Error(typeof why === 'string' ? why : 'Cannot read the answer');
  };
}

function answerOf({ result, error }: { readonly [name: string]: JsonValue }): CommandAnswer {
  if (typeof error === 'string') return { error };
  return result === undefined ? { error: 'Cannot read the answer' } : { result };
}
