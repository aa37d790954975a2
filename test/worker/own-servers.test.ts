/** A tenant's own servers of models, in workerd: set up over HTTP, asked with a key from its secrets. */
import { inject, expect, it } from 'vitest';
import { bodyOf, call, run } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';

const put = (path: string, value: object) =>
  call(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

it.each(['durable', 'inline'])('are asked from a %s run', async (mode) => {
  const { host } = new URL(inject('providers'));
  const hosts = [`http://${host}`];
  await put('/v1/secrets/TEAM_KEY', { value: 'sk-team-4720', hosts });
  const team = { url: `http://${host}/v1`, key: 'TEAM_KEY' };
  await bodyOf(await put('/v1/settings/models', { servers: { team, openai: team } }), 200);
  const model = `own-${mode}`;
  await providers.script(model, { text: ['Good day'] });
  const ask = (id: string, provider: string) => ({
    id,
    type: 'language_task',
    model: { provider, model },
    prompt: 'Hello',
  });
  const done = await run(
    { name: 'own', nodes: [ask('a', 'team'), ask('b', 'openai')] },
    {},
    { mode },
  );
  expect(done.error).toBeUndefined();
  const seen = await providers.seen(model);
  expect(seen.map(({ headers }) => headers['authorization'])).toEqual([
    'Bearer sk-team-4720',
    'Bearer sk-team-4720',
  ]);
  expect(await (await call('/v1/settings/models')).text()).not.toContain('4720');
  await bodyOf(await put('/v1/settings/models', {}), 200);
});
