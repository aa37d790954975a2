/** Which commands leave in which request, and what becomes of the others when one fails or is given up. */
import { describe, expect, it } from 'vitest';
import { createRequests } from '../../../src/adapters/upstash/requests.ts';
import type { Command, CommandAnswer } from '../../../src/adapters/upstash/send.ts';

interface Sent {
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly answer: (answers?: readonly CommandAnswer[]) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

/** Requests that a test answers. */
function make() {
  const sent: Sent[] = [];
  const time = { now: 0 };
  const requests = createRequests({
    clock: { now: () => time.now },
    send(commands, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly CommandAnswer[]>();
      const words = commands.map(([, word]) => String(word));
      const same = words.map((word) => ({ result: `of ${word}` }));
      const settled = () => promise.then(settle, settle);
      sent.push({
        words,
        signal,
        answer: async (answers = same) => (resolve(answers), settled()),
        fail: async (error) => (reject(error), settled()),
      });
      return promise;
    },
  });
  const asked: string[] = [];
  const ask = (word: string, signal = new AbortController().signal) => {
    const command: Command = ['GET', word];
    return requests.ask(command, signal).then(
      (answer) => void asked.push(`${word}: ${JSON.stringify(answer)}`),
      (error: unknown) => void asked.push(`${word} failed: ${String(error)}`),
    );
  };
  const askAll = (words: readonly string[]) => {
    for (const word of words) void ask(word);
  };
  return { ask, askAll, sent, asked, time, leaving: () => sent.map(({ words }) => words) };
}

/** Lets everything go on that a settled promise sets off. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

const named = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `k${from + index}`);
const gaveUp = new Error('given up');

describe('commands', () => {
  it('leave at once and alone while few are under way', async () => {
    const { askAll, sent, asked, leaving } = make();
    askAll(named(4));
    expect(leaving()).toEqual([['k0'], ['k1'], ['k2'], ['k3']]);
    await sent[2]!.answer();
    expect(asked).toEqual(['k2: {"result":"of k2"}']);
  });

  it('wait for a request to end, and then leave together in their order', async () => {
    const { askAll, sent, asked, leaving } = make();
    askAll(named(30));
    expect(leaving()).toHaveLength(4);
    await sent[0]!.answer();
    expect(leaving()[4]).toEqual(named(16, 4));
    await sent[1]!.answer();
    expect(leaving()[5]).toEqual(named(10, 20));
    for (const each of sent) await each.answer();
    expect(asked).toHaveLength(30);
    expect(leaving()).toHaveLength(6);
  });

  it('that are large leave in requests of their own', async () => {
    const { ask, askAll, sent, leaving } = make();
    askAll(named(4));
    const large = 'x'.repeat(200_000);
    for (const word of ['small', large, 'little', `${large}x`, 'last']) void ask(word);
    await sent[0]!.answer();
    expect(leaving()[4]).toEqual(['small', large, 'little']);
    await sent[1]!.answer();
    expect(leaving()[5]).toEqual([`${large}x`, 'last']);
  });

  it('fail alone by an answer of their own, and together when the request does', async () => {
    const { askAll, sent, asked } = make();
    askAll(named(7));
    await sent[0]!.answer([{ error: 'NOSCRIPT' }]);
    await sent[1]!.fail(new Error('reset'));
    await sent[4]!.fail(new Error('html'));
    expect(asked).toEqual([
      'k0: {"error":"NOSCRIPT"}',
      'k1 failed: Error: reset',
      'k4 failed: Error: html',
      'k5 failed: Error: html',
      'k6 failed: Error: html',
    ]);
    askAll(['next']);
    expect(sent[5]!.words).toEqual(['next']);
  });
});

describe('a command that is given up', () => {
  it('while it waits is never sent', async () => {
    const { ask, askAll, sent, asked, leaving } = make();
    askAll(named(4));
    const deadline = new AbortController();
    void ask('late', deadline.signal);
    void ask('after');
    deadline.abort(gaveUp);
    await settle();
    expect(asked).toEqual(['late failed: Error: given up']);
    await sent[0]!.answer();
    expect(leaving()[4]).toEqual(['after']);
  });

  it('under way is done with at once, and ends the request only when all in it are', async () => {
    const { ask, askAll, sent, asked } = make();
    askAll(named(4));
    const first = new AbortController();
    const second = new AbortController();
    void ask('a', first.signal);
    void ask('b', second.signal);
    await sent[0]!.answer();
    first.abort(gaveUp);
    await settle();
    expect(asked).toContain('a failed: Error: given up');
    expect(sent[4]!.signal.aborted).toBe(false);
    second.abort(gaveUp);
    expect(sent[4]!.signal.aborted).toBe(true);
    await sent[4]!.answer();
    expect(asked.filter((line) => line.startsWith('b'))).toEqual(['b failed: Error: given up']);
  });

  it('before it is asked is not asked', async () => {
    const { ask, leaving, asked } = make();
    await ask('never', AbortSignal.abort(gaveUp));
    expect([leaving(), asked]).toEqual([[], ['never failed: Error: given up']]);
  });
});

it('requests whose end nobody will tell of keep none from leaving', () => {
  const { askAll, time, leaving } = make();
  askAll(named(4));
  time.now = 1_000;
  askAll(['waits']);
  expect(leaving()).toHaveLength(4);
  time.now = 1_001;
  askAll(['goes']);
  expect(leaving()[4]).toEqual(['waits', 'goes']);
});
