/** State of an earlier release in a real object's SQLite: migrated when the object wakes. */
import { env } from 'cloudflare:workers';
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { WorkflowQueueObject } from '../../src/adapters/durable-objects/workflow-queue.ts';
import first from '../fixtures/upgrade/queue-1.sql?raw';
import last from '../fixtures/upgrade/queue-7.sql?raw';

// SAFETY: wrangler.toml binds it.
const { WORKFLOW_QUEUE } = env as unknown as {
  WORKFLOW_QUEUE: DurableObjectNamespace<WorkflowQueueObject>;
};

it.each([
  ['the first', first],
  ['the last', last],
])('the state of %s step is shown, and its runs can be ended', async (name, fixture) => {
  const stub = () => WORKFLOW_QUEUE.get(WORKFLOW_QUEUE.idFromName(`upgrade:${name}`));
  await runInDurableObject(stub(), async (_object, { storage }) => {
    await storage.deleteAll();
    storage.sql.exec(fixture);
  });
  await abortAllDurableObjects();
  expect(await stub().find('run_00005')).toMatchObject({
    status: 'completed',
    result: { d: 'OLD' },
  });
  expect(await stub().find('run_00001')).toMatchObject({ status: 'waiting' });
  const ended = await stub().act('run_00001', 'cancel');
  expect(ended).toMatchObject({ ok: true, value: { status: 'cancelled' } });
});
