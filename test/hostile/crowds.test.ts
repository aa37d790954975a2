/** Many at a time: uploads that race for one version, calls of many plugins, floods of both. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, putPlugin, run } from '../support/api-client.ts';
import { callPlugin, freshName, keepWell, told } from '../support/hostile/api.ts';
import { answers, plugin, says } from '../support/hostile/plugin.ts';
import { op } from '../support/hostile/wasm.ts';

keepWell();

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
/** How often each status came. */
function counted(statuses: readonly number[]): { readonly [status: number]: number } {
  const counts: { [status: number]: number } = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('uploads that race for one version', () => {
  it('with the same bytes: one creates it, the others find it', async () => {
    const name = freshName();
    const answers = await Promise.all(
      range(20).map(async () => told(await putPlugin(name, '1.0.0', says('same')))),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 200: 19, 201: 1 });
    expect(await callPlugin(name, 'run')).toMatchObject({ output: 'same' });
  });

  it('with different bytes: one creates it, and its bytes run', async () => {
    const name = freshName();
    const answers = await Promise.all(
      range(20).map(async (i) => told(await putPlugin(name, '1.0.0', says(`bytes ${i}`)))),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 201: 1, 409: 19 });
    expect(new Set(answers.filter(({ status }) => status === 409).map(({ code }) => code))).toEqual(
      new Set(['plugin_exists']),
    );
    const winner = answers.findIndex(({ status }) => status === 201);
    expect(await callPlugin(name, 'run')).toMatchObject({ output: `bytes ${winner}` });
  });

  it('with the same and with different bytes: only those of the winner are found', async () => {
    const name = freshName();
    const answers = await Promise.all(
      range(20).map(async (i) => told(await putPlugin(name, '1.0.0', says(`half ${i % 2}`)))),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 200: 9, 201: 1, 409: 10 });
  });

  it('with different manifests and the same bytes: one is kept', async () => {
    const name = freshName();
    const manifest = (i: number) =>
      JSON.stringify({
        name,
        version: '1.0.0',
        description: `d${i}`,
        functions: [{ id: 'run', content_type: 'auto' }],
      });
    const answers = await Promise.all(
      range(20).map(async (i) => told(await putPlugin(name, '1.0.0', says('same'), manifest(i)))),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 201: 1, 409: 19 });
    const kept = await bodyOf<{ manifest: { description: string } }>(
      await call(`/v1/plugins/${name}/versions/1.0.0`),
      200,
    );
    expect(kept.manifest.description).toBe(`d${answers.findIndex(({ status }) => status === 201)}`);
  });

  it('of good and bad bytes: the bad ones never win', async () => {
    const name = freshName();
    const bad = plugin({ run: [0xff] });
    const answers = await Promise.all(
      range(20).map(async (i) =>
        told(await putPlugin(name, '1.0.0', i % 2 === 0 ? bad : says('good'))),
      ),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 200: 9, 201: 1, 422: 10 });
    expect(await callPlugin(name, 'run')).toMatchObject({ output: 'good' });
  });

  it('of 20 versions: all are kept', async () => {
    const name = freshName();
    const answers = await Promise.all(
      range(20).map(async (i) => told(await putPlugin(name, `1.0.${i}`, says(`v${i}`)))),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 201: 20 });
    expect(await callPlugin(name, 'run', '', { version: '1.0.7' })).toMatchObject({ output: 'v7' });
    expect(await callPlugin(name, 'run')).toMatchObject({ output: 'v19' });
  });

  it('with a deletion: what is left is whole', async () => {
    const name = freshName();
    const path = `/v1/plugins/${name}/versions/1.0.0`;
    const remove = async () => (await call(path, { method: 'DELETE' })).status;
    const answers = await Promise.all(
      range(20).map(async (i) =>
        i % 2 === 0 ? (await told(await putPlugin(name, '1.0.0', says('left')))).status : remove(),
      ),
    );
    expect(answers.every((status) => [200, 201, 204, 404].includes(status))).toBe(true);
    expect(['ok', 'plugin_not_found']).toContain((await callPlugin(name, 'run')).code);
  });
});

describe('calls at the same time', () => {
  it('100 of 20 plugins: every answer is that of its plugin', async () => {
    const names = range(20).map(() => freshName());
    await Promise.all(
      names.map(async (name) => bodyOf(await putPlugin(name, '1.0.0', says(`I am ${name}`)), 201)),
    );
    const calls = range(100).map(async (i) => {
      const name = names[i % 20]!;
      expect(await callPlugin(name, 'run')).toMatchObject({ code: 'ok', output: `I am ${name}` });
    });
    await Promise.all(calls);
  });

  it('50 of one plugin: every input comes back to its caller', async () => {
    await Promise.all(
      range(50).map(async (i) => {
        const input = `call ${i} `.repeat(1 + i * 20);
        expect(await callPlugin('well', 'echo', input)).toMatchObject({ output: input });
      }),
    );
  });

  it('good ones between ones that loop, trap and overflow are right', async () => {
    const bad = await Promise.all(
      (
        [
          [op.forever([]), 'out_of_fuel'],
          [op.unreachable, 'trap'],
          [[...op.call(0), ...op.drop], 'stack_overflow'],
        ] as const
      ).map(async ([run, code]) => {
        const name = freshName();
        await bodyOf(await putPlugin(name, '1.0.0', plugin({ run })), 201);
        return [name, code] as const;
      }),
    );
    await Promise.all(
      range(40).map(async (i) => {
        const [name, code] = bad[i % 3]!;
        if (i % 2 === 0) expect(await callPlugin(name, 'run')).toMatchObject({ code });
        else
          expect(await callPlugin('well', 'echo', `call ${i}`)).toMatchObject({
            output: `call ${i}`,
          });
      }),
    );
  });
});

/** Twenty plugins that answer with their own name and what they were given. */
async function uploadCrowd(): Promise<readonly string[]> {
  const names = range(20).map(() => freshName());
  await Promise.all(
    names.map(async (name) => bodyOf(await putPlugin(name, '1.0.0', answers(`${name} got `)), 201)),
  );
  return names;
}

const MIXED = {
  name: 'mixed',
  user_inputs: [{ id: 'calls', type: 'json' }],
  nodes: [
    {
      id: 'each',
      type: 'map',
      over: 'calls',
      max_concurrency: 100,
      collect: 'values',
      task: {
        type: 'function_task',
        function_identifier: '{{ item.plugin }}.run',
        input: '{{ item.text }}',
      },
    },
  ],
  final_outputs: ['each'],
};

describe.each(['durable', 'inline'])('100 calls of 20 plugins at the same time, %s', (mode) => {
  it.each([
    [1, 100],
    [20, 5],
  ])('from %i runs of %i calls each: every answer is right, none is mixed', async (runs, size) => {
    const names = await uploadCrowd();
    const done = await Promise.all(
      range(runs).map(async (run_) => {
        const calls = range(size).map((i) => ({
          plugin: names[(i + run_) % names.length]!,
          text: `call ${i} of run ${run_} `.repeat(1 + (i % 7)),
        }));
        const { status, result } = await run(MIXED, { calls }, { mode });
        return { status, calls, each: result?.['each'] };
      }),
    );
    for (const { status, calls, each } of done) {
      expect(status).toBe('completed');
      expect(each).toEqual(calls.map(({ plugin, text }) => `${plugin} got ${text}`));
    }
  });
});

describe('runs at the same time', () => {
  it.each(['durable', 'inline'])(
    'five that each call 12 plugins, a third of them bad, all end right, %s',
    async (mode) => {
      const names = range(12).map(() => freshName());
      await Promise.all(
        names.map(async (name, i) => {
          const bytes = i % 3 === 2 ? plugin({ run: op.forever([]) }) : says(`I am ${name}`);
          await bodyOf(await putPlugin(name, '1.0.0', bytes), 201);
        }),
      );
      const recipe = {
        name: 'crowd',
        user_inputs: [{ id: 'names', type: 'json' }],
        nodes: [
          {
            id: 'each',
            type: 'map',
            over: 'names',
            on_error: 'drop',
            max_concurrency: 12,
            collect: 'values',
            task: {
              type: 'function_task',
              function_identifier: '{{ item }}.run',
              input: { text: 'x' },
            },
          },
        ],
        final_outputs: ['each'],
      };
      const runs = await Promise.all(range(5).map(() => run(recipe, { names }, { mode })));
      const each = names.filter((_, i) => i % 3 !== 2).map((name) => `I am ${name}`);
      for (const done of runs) {
        expect(done).toMatchObject({ status: 'completed', result: { each } });
      }
    },
  );
});

describe('floods', () => {
  it('500 uploads of different modules are all taken, and the last one runs', async () => {
    const name = freshName();
    for (const start of range(25)) {
      const batch = range(20).map(async (i) => {
        const n = start * 20 + i;
        return (await told(await putPlugin(name, `0.0.${n}`, says(`module ${n}`)))).status;
      });
      expect(counted(await Promise.all(batch))).toEqual({ 201: 20 });
    }
    expect(await callPlugin(name, 'run')).toMatchObject({ output: 'module 499' });
    expect(await callPlugin(name, 'run', '', { version: '0.0.0' })).toMatchObject({
      output: 'module 0',
    });
  });

  it('200 uploads of nonsense at a time are all refused', async () => {
    const answers = await Promise.all(
      range(200).map(async (i) =>
        told(await putPlugin(freshName(), '1.0.0', new Uint8Array(1 + i * 50))),
      ),
    );
    expect(counted(answers.map(({ status }) => status))).toEqual({ 422: 200 });
  });

  it('100 calls of what is not there are all refused', async () => {
    const answers = await Promise.all(
      range(100).map(async () =>
        told(await post('/v1/plugins/nobody/functions/run/call', { input: 1 })),
      ),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['plugin_not_found']));
  });

  it('the server is alive', async () => {
    expect((await call('/healthz')).status).toBe(200);
  });
});
