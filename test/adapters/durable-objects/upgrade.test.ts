/**
 * What earlier releases have left, opened by this one. Each fixture was written by the code that brought
 * its migration step (`test/support/upgrade/dump.ts`): its tables, and runs in the middle of things.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUEUE_STEPS } from '../../../src/adapters/durable-objects/queue-schema.ts';
import { settled } from '../../support/manual-clock.ts';
import { createDisk } from '../../support/object-state.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/upgrade');
const FIXTURES = readdirSync(FOLDER).toSorted();

async function calm(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await settled();
}

async function opened(fixture: string, change = ''): Promise<TestPartition> {
  const disk = createDisk();
  disk.database.exec(readFileSync(join(FOLDER, fixture), 'utf8') + change);
  const partition = createTestPartition({ disk });
  await calm();
  return partition;
}

const idOf = (partition: TestPartition, recipe: string) =>
  partition.live().sql.exec<{ id: string }>('SELECT id FROM runs WHERE recipe = ?', recipe).one()
    .id;

describe('a fixture', () => {
  it('is there for every step but the newest', () => {
    expect(FIXTURES).toEqual(
      Array.from({ length: QUEUE_STEPS - 1 }, (_, step) => `queue-${step + 1}.sql`),
    );
  });
});

describe.each(FIXTURES)('state of an earlier release: %s', (fixture) => {
  it('is migrated, and its runs go on where they were', async () => {
    const partition = await opened(fixture);
    const of = (recipe: string) => idOf(partition, recipe);
    expect(partition.view(of('done'))).toMatchObject({ status: 'completed', result: { d: 'OLD' } });
    expect(partition.view(of('waits'))).toMatchObject({ status: 'waiting', labels: { team: 'x' } });
    partition.deliver(of('waits'), 'go', { x: '!' });
    partition.decide(of('asks'), 'ok');
    await partition.open('x');
    await partition.open('y');
    await partition.pass(3_600_000);
    await calm();
    expect(partition.view(of('waits'))).toMatchObject({
      status: 'completed',
      result: { a: 'OLD', m: [2, 4, 6], b: 'OLD!6' },
    });
    expect(partition.view(of('asks'))).toMatchObject({ status: 'completed', result: { c: true } });
    expect(partition.view(of('busy'))).toMatchObject({
      status: 'completed',
      result: { g: ['opened', 'opened'] },
    });
    expect(partition.view(of('sleeps'))).toMatchObject({
      status: 'completed',
      result: { d: 'OLD' },
    });
    // What was decided before was not done again.
    expect(partition.functions.calls.filter(({ name }) => name === 'double')).toEqual([]);
    expect(partition.faults).toEqual([]);
  });
});

describe('a plan of a format that this release does not follow', () => {
  const FOREIGN = `UPDATE plans SET body = json_set(body, '$.planFormat', 99, '$.graph', json('{"new": []}'));`;

  it('ends its runs when they would go on, and says why', async () => {
    const partition = await opened('queue-6.sql', FOREIGN);
    const of = (recipe: string) => idOf(partition, recipe);
    const error = { code: 'plan_unsupported', detail: expect.stringContaining('format 99') };
    expect(partition.view(of('busy'))).toMatchObject({ status: 'failed', error });
    expect(partition.view(of('sleeps'))).toMatchObject({ status: 'waiting' });
    await partition.pass(3_600_000);
    await calm();
    expect(partition.view(of('sleeps'))).toMatchObject({ status: 'failed', error });
    expect(partition.view(of('done'))).toMatchObject({ status: 'completed', result: { d: 'OLD' } });
    expect(partition.functions.calls).toEqual([]);
    expect(() => partition.replay(of('done'))).toThrow('format 99');
    expect(() => partition.act(of('busy'), 'retry')).toThrow('format 99');
    const next = partition.submit('name: new\nnodes: [{id: a, type: wait, for: 0}]');
    await calm();
    expect(partition.status(next.id)).toBe('completed');
  });
});
