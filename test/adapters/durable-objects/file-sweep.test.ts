/** Files whose time is over go with the daily sweep, and runs that need one are told. */
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../../src/adapters/memory/files.ts';
import { missingFiles } from '../../../src/runtime/files.ts';
import { withLifetimes } from '../../../src/runtime/file-lifetimes.ts';
import { createManualClock, settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import { planOf } from '../../support/run-recipe.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function calm(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settled();
}

const put = (files: ReturnType<typeof createMemoryFiles>, id: string, more: object = {}) =>
  files.put('t', id, {
    body: new Blob(['some text']).stream(),
    contentType: 'text/plain',
    maxBytes: 100,
    ...more,
  });

describe('retention', () => {
  it('sweeps what has expired, and no other file', async () => {
    const partition = createTestPartition();
    const { files } = partition.live().deps;
    await put(files, 'short', { expiresAt: partition.clock.now() + HOUR });
    await put(files, 'long', { expiresAt: partition.clock.now() + 9 * DAY });
    await put(files, 'kept');
    partition.submit('name: done\nnodes: [{id: a, type: wait, for: 0}]');
    await partition.pass(2 * DAY);
    await calm();
    expect(await files.hasExpired('t', 'short')).toBe(false);
    expect(await files.find('t', 'short')).toBeUndefined();
    expect(await files.find('t', 'long')).toBeDefined();
    expect(await files.find('t', 'kept')).toBeDefined();
  });

  it('keeps what runs make as long as runs, and uploads as the tenant says', async () => {
    const clock = createManualClock();
    const lifetimes = async () => ({ runsMs: 3 * DAY, filesMs: 2 * DAY });
    const files = withLifetimes(createMemoryFiles({ clock }), { clock, lifetimes });
    await put(files, 'made', { byRun: true });
    await put(files, 'uploaded');
    await put(files, 'said', { expiresAt: clock.now() + HOUR });
    const times = ['made', 'uploaded', 'said'].map(
      async (id) => (await files.find('t', id))?.expiresAt,
    );
    const now = clock.now();
    expect(await Promise.all(times)).toEqual([now + 3 * DAY, now + 2 * DAY, now + HOUR]);
  });
});

describe('a run that needs a file whose time is over', () => {
  const recipe = `
name: reads
user_inputs: [{id: doc, type: file}]
nodes:
  - {id: pause, type: wait, for: 2h}
  - id: m
    type: map
    over: {file: doc, chunk: {by: lines, size: 1}}
    task: {type: function_task, function_identifier: test.echo, input: {text: '{{ text }}'}}
`;

  it('fails where it reads it, and says why', async () => {
    const partition = createTestPartition();
    const { files } = partition.live().deps;
    await put(files, 'doc.txt', { expiresAt: partition.clock.now() + HOUR });
    const { id } = partition.submit(recipe, { inputs: { doc: 'doc.txt' } });
    await partition.pass(2 * HOUR);
    await calm();
    expect(partition.view(id)).toMatchObject({
      status: 'failed',
      error: { code: 'file_expired', node: 'm' },
    });
  });

  it('is refused when it is submitted', async () => {
    const clock = createManualClock();
    const files = createMemoryFiles({ clock });
    await put(files, 'doc.txt', { expiresAt: clock.now() + HOUR });
    await clock.advance(HOUR);
    const plan = planOf(recipe);
    const issues = await missingFiles(files, 't', { plan, inputs: { doc: 'doc.txt' } });
    expect(issues).toMatchObject([{ code: 'file_expired', pointer: '/inputs/doc' }]);
  });
});
