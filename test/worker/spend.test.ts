/** A tenant's spend cap over HTTP in workerd: runs that have ended count, durable and inline, also after the object's death. */
import { abortAllDurableObjects } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { bodyOf, call, run } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';

async function put(section: string, value: object): Promise<void> {
  const answer = await call(`/v1/settings/${section}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  await bodyOf(answer, 200);
}

it('runs of a tenant together end before the call that could pass the cap', async () => {
  await put('prices', { models: { 'openai/*': { input: 0, output: 1_000 } } });
  await put('spend', { max_usd_per_day: 0.35 });
  await providers.script('capped', { text: ['ok'], usage: { input: 5, output: 100 } });
  const model = { provider: 'openai', model: 'capped', max_tokens: 100 };
  const ask = (mode: string) =>
    run(
      { name: 'spend', nodes: [{ id: 'ask', type: 'language_task', model, prompt: 'Go' }] },
      {},
      { mode },
    );
  expect((await ask('durable')).metrics).toMatchObject({ cost_usd: 0.1 });
  expect((await ask('inline')).metrics).toMatchObject({ cost_usd: 0.1 });
  await abortAllDurableObjects();
  expect((await ask('durable')).status).toBe('completed');
  for (const mode of ['durable', 'inline']) {
    const { status, error } = await ask(mode);
    expect({ mode, status, code: error?.code }).toEqual({
      mode,
      status: 'failed',
      code: 'budget_exceeded',
    });
  }
  expect(await providers.seen('capped')).toHaveLength(3);
});
