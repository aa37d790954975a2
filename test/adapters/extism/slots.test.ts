/** Who may use a loaded Worker, and when. */
import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../src/adapters/extism/slots.ts';

const never = new AbortController().signal;

/** Writes down who was admitted, in order. */
function setUp(max: number) {
  const slots = createSlots(max);
  const admitted: string[] = [];
  const ask = (key: string, label = key, signal = never) =>
    slots.acquire(key, signal).then(() => admitted.push(label));
  const settle = async () => {
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
    return admitted.join(' ');
  };
  return { slots, ask, settle };
}

describe('createSlots()', () => {
  it('admits as many keys as there are slots, then the queue in its order', async () => {
    const { slots, ask, settle } = setUp(2);
    void ['a', 'b', 'c', 'd'].map((key) => ask(key));
    expect(await settle()).toBe('a b');
    slots.release('b');
    expect(await settle()).toBe('a b c');
    slots.release('a');
    expect(await settle()).toBe('a b c d');
    expect(slots.highWater()).toBe(2);
  });

  it('admits a key that is in use at no cost', async () => {
    const { slots, ask, settle } = setUp(1);
    void ask('a', 'a1');
    void ask('a', 'a2');
    void ask('b');
    expect(await settle()).toBe('a1 a2');
    slots.release('a');
    expect(await settle()).toBe('a1 a2');
    slots.release('a');
    expect(await settle()).toBe('a1 a2 b');
  });

  it('lets nobody overtake the queue', async () => {
    const { slots, ask, settle } = setUp(1);
    void ask('a', 'a1');
    void ask('b');
    void ask('a', 'a2');
    expect(await settle()).toBe('a1');
    slots.release('a');
    expect(await settle()).toBe('a1 b');
    slots.release('b');
    expect(await settle()).toBe('a1 b a2');
  });

  it('admits all that wait for the key that comes next', async () => {
    const { slots, ask, settle } = setUp(1);
    void ask('a');
    void ask('b', 'b1');
    void ask('b', 'b2');
    void ask('c');
    slots.release('a');
    expect(await settle()).toBe('a b1 b2');
    expect(slots.highWater()).toBe(1);
  });

  it('rejects with the reason of whoever gives up, and admits the next', async () => {
    const { slots, ask, settle } = setUp(1);
    const controller = new AbortController();
    void ask('a');
    const waiting = ask('b', 'b', controller.signal);
    void ask('c');
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(ask('d', 'd', AbortSignal.abort('before'))).rejects.toBe('before');
    slots.release('a');
    expect(await settle()).toBe('a c');
  });

  it('lets those behind go on when the first of the queue gives up', async () => {
    const { slots, ask, settle } = setUp(1);
    const controller = new AbortController();
    void ask('a', 'a1');
    const waiting = ask('b', 'b', controller.signal);
    void ask('a', 'a2');
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(await settle()).toBe('a1 a2');
    slots.release('a');
  });
});
