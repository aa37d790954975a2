/** The fake providers as tests inside of workerd reach them. */
import { inject } from 'vitest';
import type { ScriptedReply } from './reply.ts';
import type { SeenRequest } from './server.ts';

async function order<T>(what: string, body: object): Promise<T> {
  const answer = await fetch(`${inject('providers')}/control/${what}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}

export const providers = {
  script: (model: string, ...replies: ScriptedReply[]) => order('script', { model, replies }),
  seen: (model: string) => order<SeenRequest[]>('seen', { model }),
  /** Resolves when a model has been asked so often. */
  asked: (model: string, times: number) => order('asked', { model, times }),
  release: (model: string) => order('release', { model }),
};
