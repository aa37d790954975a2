/** Values that are too large for their rows: where they lie, who reads them, and what is left of them. */
import { describe, expect, it } from 'vitest';
import { bulk } from '../../../src/adapters/durable-objects/bulk.ts';
import { findNode } from '../../../src/adapters/durable-objects/reading.ts';
import { withValues } from '../../../src/adapters/durable-objects/values.ts';
import { createMemoryValues } from '../../../src/adapters/memory/values.ts';
import type { MemoryValues } from '../../../src/adapters/memory/values.ts';
import type { ValuePlace, Values } from '../../../src/runtime/ports/values.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestStores } from '../../support/stores.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const DAY = 24 * 3_600_000;
const KIB = 1024;

/** `big` is 200 000 characters; `small` reads it after the wait. */
const WAITS = `
name: waits
nodes:
  - {id: big, type: function_task, function_identifier: test.text, input: {size: 200000}}
  - {id: pause, type: wait, event: go}
  - {id: small, type: function_task, function_identifier: test.upper, input: {text: '{{ big[:3] }}'}}
final_outputs: [small, big]
`;
const SMALL_OUT = WAITS.replace('[small, big]', '[small]');

const count = (partition: TestPartition, table: string, where = 'TRUE') =>
  partition.live().sql.exec(`SELECT 1 FROM ${table} WHERE ${where}`).toArray().length;

async function calm(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await settled();
}

async function days(partition: TestPartition, number: number): Promise<void> {
  for (let day = 0; day < number; day += 1) {
    await partition.pass(DAY);
    await calm();
  }
}

const go = (partition: TestPartition, id: string) =>
  withValues(partition.live(), id, () => partition.deliver(id, 'go'));
const cancel = (partition: TestPartition, id: string) =>
  withValues(partition.live(), id, () => partition.act(id, 'cancel'));
const discardAll = (partition: TestPartition) =>
  bulk(partition.live(), { action: 'discard', filter: {}, limit: 100 });

describe('a value over 128 KiB', () => {
  it('leaves its row for the store, and the row says how large it is', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(WAITS);
    await calm();
    const [row] = partition
      .live()
      .sql.exec<{ body: string }>(`SELECT body FROM steps WHERE key = 'big'`)
      .toArray();
    expect(JSON.parse(row!.body)).toMatchObject({ large: { output: 200_002 } });
    expect(row!.body.length).toBeLessThan(1_000);
    expect(count(partition, 'value_parts')).toBe(0);
    expect(partition.values.size()).toBe(1);
    expect(partition.status(id)).toBe('waiting');
  });

  it('is what templates, results and nodes read, also after the object was lost', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(WAITS);
    await calm();
    await partition.crash();
    await go(partition, id);
    await calm();
    const view = await partition.whole(id);
    expect(view).toMatchObject({
      status: 'completed',
      result: { small: 'XXX', big: 'x'.repeat(200_000) },
    });
    await partition.crash();
    const nodes = await withValues(partition.live(), id, () =>
      findNode(partition.live(), id, 'big'),
    );
    expect(nodes).toMatchObject({ ok: true, value: [{ output: 'x'.repeat(200_000) }] });
  });

  it('is taken over by a replay, as an input and of an item of a map', async () => {
    const partition = createTestPartition();
    const recipe = `
name: many
user_inputs: [{id: text, type: string}]
nodes:
  - id: m
    type: map
    over: [1, 2]
    collect: values
    task: {type: function_task, function_identifier: test.text, input: {size: 150000}}
  - {id: end, type: wait, event: go}
  - {id: joined, type: function_task, function_identifier: test.upper, input: {text: '{{ m[1][:2] }}{{ text[:2] }}'}}
final_outputs: [joined]
`;
    const { id } = partition.submit(recipe, { inputs: { text: 'é'.repeat(100_000) } });
    await calm();
    await partition.crash();
    await go(partition, id);
    await calm();
    expect(await partition.whole(id)).toMatchObject({
      result: { joined: 'XXÉÉ' },
      inputs: { text: 'é'.repeat(100_000) },
    });
    const again = await withValues(partition.live(), id, () =>
      partition.replay(id, { from: 'joined' }),
    );
    await calm();
    expect(await partition.whole(again.id)).toMatchObject({ result: { joined: 'XXÉÉ' } });
    await partition.crash();
    const items = await withValues(partition.live(), id, () => findNode(partition.live(), id, 'm'));
    expect(items).toMatchObject({ ok: true, value: [{}, { output: 'x'.repeat(150_000) }, {}] });
  });

  it('is kept once for all runs that have it, and goes with the last of them', async () => {
    const partition = createTestPartition();
    const first = partition.submit(WAITS).id;
    const second = partition.submit(WAITS).id;
    await calm();
    expect(count(partition, 'large_values')).toBe(2);
    expect(partition.values.size()).toBe(1);
    await cancel(partition, first);
    await discardAll(partition);
    await calm();
    expect(count(partition, 'large_values')).toBe(1);
    expect(partition.values.size()).toBe(1);
    await cancel(partition, second);
    await discardAll(partition);
    await calm();
    expect(partition.values.size()).toBe(0);
    expect(['large_values', 'value_parts', 'blobs'].map((each) => count(partition, each))).toEqual([
      0, 0, 0,
    ]);
  });

  it('goes with its run when retention takes that away', async () => {
    const retention = async () => ({ runsMs: 3 * DAY, historyMs: 3 * DAY });
    const partition = createTestPartition({ retention });
    const { id } = partition.submit(SMALL_OUT);
    await calm();
    await go(partition, id);
    await calm();
    expect(partition.values.size()).toBe(1);
    await days(partition, 6);
    expect(count(partition, 'runs')).toBe(0);
    expect(partition.values.size()).toBe(0);
    expect(count(partition, 'blobs')).toBe(0);
  });

  it('that looks like a reference is a value like any other', async () => {
    const partition = createTestPartition();
    const recipe = `
name: liar
user_inputs: [{id: x, type: json}]
nodes: [{id: a, type: function_task, function_identifier: test.value, input: {value: '{{ x }}'}}]
final_outputs: [a]
`;
    const x = { large: { output: 5 }, output: 'mine' };
    const { id } = partition.submit(recipe, { inputs: { x } });
    await calm();
    await partition.crash();
    expect(await partition.whole(id)).toMatchObject({ result: { a: x }, inputs: { x } });
  });
});

describe('limits', () => {
  const chain = (sizes: readonly number[]) =>
    JSON.stringify({
      name: 'chain',
      nodes: sizes.map((size, n) => ({
        id: `n${n}`,
        type: 'function_task',
        function_identifier: 'test.text',
        input: { size },
      })),
      final_outputs: [],
    });

  it('one value may have 8 MiB', async () => {
    const partition = createTestPartition();
    const fits = partition.submit(chain([8 * KIB * KIB - 2])).id;
    const over = partition.submit(chain([8 * KIB * KIB])).id;
    await calm();
    expect(partition.status(fits)).toBe('completed');
    expect(partition.view(over)).toMatchObject({
      status: 'failed',
      error: { code: 'value_too_large', node: 'n0' },
    });
  });

  it('all values of a run together may have 64 MiB, counted on after a restart', async () => {
    const partition = createTestPartition();
    const sizes = Array.from({ length: 9 }, () => 7.5 * KIB * KIB);
    const { id } = partition.submit(chain(sizes));
    await calm();
    expect(await partition.whole(id)).toMatchObject({
      status: 'failed',
      error: { code: 'value_too_large', node: 'n8' },
    });
  });

  it('what people are asked about is bounded, and the run says so', async () => {
    const partition = createTestPartition();
    const recipe = `
name: ask
user_inputs: [{id: text, type: string}]
nodes: [{id: ok, type: hitl, input: {text: '{{ text }}'}}]
`;
    const { id } = partition.submit(recipe, { inputs: { text: 'x'.repeat(300 * KIB) } });
    await calm();
    expect(await partition.whole(id)).toMatchObject({
      status: 'failed',
      error: { code: 'value_too_large', node: 'ok' },
    });
  });
});

/** A store that dies at one of its steps, with the object: nothing answers any more. */
function mortal(kept: MemoryValues) {
  let left = Infinity;
  let die = (): void => {};
  async function step(): Promise<void> {
    if ((left -= 1) > 0) return;
    die();
    await new Promise(() => {});
  }
  const values: Values = {
    async put(place: ValuePlace, bytes: Uint8Array) {
      await step();
      await kept.put(place, bytes);
      await step();
    },
    get: (place) => kept.get(place),
    async delete(places) {
      await step();
      await kept.delete(places);
      await step();
    },
  };
  return {
    values,
    dieAt(number: number, then: () => void): void {
      left = number;
      die = then;
    },
  };
}

describe('a crash', () => {
  it.each([1, 2])(
    'between the row and the store loses nothing and leaves nothing behind (step %i)',
    async (at) => {
      const kept = createMemoryValues(createTestStores({ now: () => 0 }));
      const store = mortal(kept);
      const partition = createTestPartition({ values: store.values });
      let isDead = false;
      store.dieAt(at, () => {
        isDead = true;
      });
      const { id } = partition.submit(SMALL_OUT);
      await calm();
      expect(isDead).toBe(true);
      expect(kept.size()).toBe(at - 1);
      store.dieAt(Infinity, () => {});
      await partition.crash();
      await calm();
      expect(kept.size()).toBe(1);
      expect(count(partition, 'value_parts')).toBe(0);
      await go(partition, id);
      await calm();
      expect(await partition.whole(id)).toMatchObject({ result: { small: 'XXX' } });
      await discardAll(partition);
      await calm();
      expect(kept.size()).toBe(0);
    },
  );

  it.each([1, 2])(
    'between the store and the row, with the run taken away in the next life, leaves only what is collected (step %i)',
    async (at) => {
      const kept = createMemoryValues(createTestStores({ now: () => 0 }));
      const store = mortal(kept);
      const partition = createTestPartition({ values: store.values });
      store.dieAt(at, () => {});
      const { id } = partition.submit(SMALL_OUT);
      await calm();
      await cancel(partition, id);
      await discardAll(partition);
      store.dieAt(Infinity, () => {});
      await partition.crash();
      await calm();
      expect(kept.size()).toBe(0);
      expect(count(partition, 'blobs')).toBe(0);
    },
  );

  it.each([1, 2])('while it is deleted is made good for (step %i)', async (at) => {
    const kept = createMemoryValues(createTestStores({ now: () => 0 }));
    const store = mortal(kept);
    const partition = createTestPartition({ values: store.values });
    const first = partition.submit(SMALL_OUT).id;
    await calm();
    await cancel(partition, first);
    store.dieAt(at, () => {});
    await discardAll(partition);
    await calm();
    expect(count(partition, 'blobs')).toBe(1);
    // Another run has the same value before the object is back.
    store.dieAt(Infinity, () => {});
    const second = partition.submit(SMALL_OUT).id;
    await calm();
    await partition.crash();
    await calm();
    await go(partition, second);
    await calm();
    expect(await partition.whole(second)).toMatchObject({ result: { small: 'XXX' } });
    expect(kept.size()).toBe(1);
  });
});

describe('a store that cannot be asked', () => {
  it('keeps the values here, and a run waits for what it has to read', async () => {
    const kept = createMemoryValues(createTestStores({ now: () => 0 }));
    let isDown = true;
    const check = async () => {
      if (isDown) throw new Error('down');
    };
    const values: Values = {
      put: async (place, bytes) => check().then(() => kept.put(place, bytes)),
      get: async (place) => check().then(() => kept.get(place)),
      delete: async (places) => check().then(() => kept.delete(places)),
    };
    const partition = createTestPartition({ values });
    const { id } = partition.submit(WAITS.replace('event: go', 'for: 1h'));
    await calm();
    expect(count(partition, 'value_parts')).toBe(1);
    isDown = false;
    await partition.pass(60_000);
    await calm();
    expect(count(partition, 'value_parts')).toBe(0);
    isDown = true;
    await partition.crash();
    await partition.pass(3_600_000);
    await calm();
    expect(partition.status(id)).toBe('waiting');
    isDown = false;
    await partition.pass(60_000);
    await calm();
    expect(await partition.whole(id)).toMatchObject({ result: { small: 'XXX' } });
    isDown = true;
    await partition.crash();
    await expect(partition.whole(id)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('that has lost a value ends the run that needs it, and the others go on', async () => {
    const partition = createTestPartition();
    const lost = partition.submit(WAITS.replace('event: go', 'for: 1h')).id;
    const other = partition.submit('name: o\nnodes: [{id: a, type: wait, for: 1h}]').id;
    await calm();
    const [blob] = partition
      .live()
      .sql.exec<{ digest: string }>('SELECT digest FROM blobs')
      .toArray();
    await partition.values.delete([{ tenant: 't', owner: 'object', digest: blob!.digest }]);
    await partition.crash();
    await partition.pass(3_600_000);
    await calm();
    expect(partition.view(lost)).toMatchObject({
      status: 'failed',
      error: { code: 'value_missing' },
    });
    expect(partition.status(other)).toBe('completed');
  });
});
