/** Guests that attack from within a recipe: the run ends as its recipe says, and the next one works. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, putPlugin, run } from '../support/api-client.ts';
import { guest, keepWell } from '../support/hostile/api.ts';
import { plugin, says } from '../support/hostile/plugin.ts';
import { op } from '../support/hostile/wasm.ts';

keepWell();

const start = { run: [], start: 1 };
const ATTACKS: readonly (readonly [name: string, bytes: () => Uint8Array, code: string])[] = [
  ['loop', () => plugin({ run: op.forever([]) }), 'out_of_fuel'],
  ['trap', () => plugin({ run: op.unreachable }), 'trap'],
  ['recursion', () => plugin({ run: [...op.call(0), ...op.drop] }), 'stack_overflow'],
  [
    'looping-start',
    () => plugin({ ...start, more: [{ type: ':', code: op.forever([]) }] }),
    'out_of_fuel',
  ],
  [
    'growth',
    () => plugin({ run: op.forever([...op.i32(1), ...op.memoryGrow, ...op.drop]) }),
    'out_of_fuel',
  ],
  [
    'pointer',
    () => plugin({ imports: ['log_info'], run: [...op.i64(-1), ...op.call(0)] }),
    'bad_pointer',
  ],
  [
    'block',
    () => plugin({ imports: ['alloc'], run: [...op.i64(-1), ...op.call(0), ...op.drop] }),
    'host_memory_limit',
  ],
  [
    'output',
    () => plugin({ imports: ['output_set'], run: [...op.i64(0), ...op.i64(-1), ...op.call(0)] }),
    'output_too_large',
  ],
  [
    'request',
    () =>
      plugin({
        imports: ['http_request'],
        run: [...op.i64(0), ...op.i64(0), ...op.call(0), ...op.drop],
      }),
    'http_denied',
  ],
  ['code', () => plugin({ run: [...op.i32(3), 0x0f] }), 'plugin_error'],
];
const MODES = ['durable', 'inline'] as const;
const CASES = ATTACKS.flatMap(([name, , code]) => MODES.map((mode) => [name, code, mode] as const));

beforeAll(async () => {
  for (const [name, bytes] of ATTACKS)
    await bodyOf(await putPlugin(`x-${name}`, '1.0.0', bytes()), 201);
  await bodyOf(await putPlugin('kit', '1.0.0', guest('kit')), 201);
});

const attack = (name: string, more: object = {}) => ({
  id: 'bad',
  type: 'function_task',
  function_identifier: `x-${name}.run`,
  input: { text: 'x' },
  ...more,
});
const count = (more: object = {}) => ({
  id: 'good',
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input: { text: 'one two' },
  ...more,
});

describe('a node that attacks', () => {
  it.each(CASES)('%s ends its run with %s, %s', async (name, code, mode) => {
    const done = await run(
      { name: 'attack', nodes: [attack(name)], final_outputs: ['bad'] },
      {},
      { mode },
    );
    expect(done).toMatchObject({ status: 'failed', error: { code, node: 'bad' } });
  });

  it.each(CASES)('%s leaves %s to the recipe, %s, and the rest runs', async (name, code, mode) => {
    const recipe = {
      name: 'attack',
      nodes: [attack(name, { on_error: 'continue' }), count()],
      edges: ['bad to good'],
      final_outputs: ['bad', 'good'],
    };
    const done = await run(recipe, {}, { mode });
    expect(done.status).toBe('completed');
    expect(done.result).toMatchObject({
      bad: { success: false, error: { code } },
      good: { words: 2 },
    });
  });
});

describe('items that attack', () => {
  it.each(MODES)('fail alone, in their places, %s', async (mode) => {
    const names = ['x-trap', 'text-tools', 'x-loop', 'text-tools', 'x-recursion', 'text-tools'];
    const recipe = {
      name: 'attack',
      user_inputs: [{ id: 'names', type: 'json' }],
      nodes: [
        {
          id: 'each',
          type: 'map',
          over: 'names',
          on_error: 'skip',
          collect: 'values',
          task: {
            type: 'function_task',
            function_identifier: "{{ item }}.{{ 'word_count' if item == 'text-tools' else 'run' }}",
            input: { text: 'one two' },
          },
        },
      ],
      final_outputs: ['each'],
    };
    const done = await run(recipe, { names }, { mode });
    expect(done.status).toBe('completed');
    const codes = ['trap', undefined, 'out_of_fuel', undefined, 'stack_overflow', undefined];
    expect(done.result?.['each']).toMatchObject(
      codes.map((code) =>
        code === undefined ? { words: 2 } : { status: 'failed', error: { code } },
      ),
    );
  });

  it.each(MODES)(
    '20 loops at a time end, %s',
    async (mode) => {
      const recipe = {
        name: 'attack',
        user_inputs: [{ id: 'items', type: 'json' }],
        nodes: [
          {
            id: 'each',
            type: 'map',
            over: 'items',
            on_error: 'drop',
            max_concurrency: 20,
            task: {
              type: 'function_task',
              function_identifier: 'x-loop.run',
              input: { text: '{{ item }}' },
            },
          },
        ],
        final_outputs: ['each'],
      };
      const done = await run(recipe, { items: Array.from({ length: 20 }, (_, i) => i) }, { mode });
      expect(done).toMatchObject({ status: 'completed', result: { each: [] } });
    },
    30_000,
  );
});

describe('what an attacker gives back', () => {
  const OUTPUTS = [
    ['a template', '{{ 7 * 7 }}'],
    ['a template that loops', '{% for i in range(1000000000) %}x{% endfor %}'],
    ['a secret', '{{secret:API_KEY}}'],
    ['a prototype', '{"__proto__":{"words":99}}'],
    ['a node that succeeded', '{"success":true,"error":null}'],
    ['a terminal’s command', '\u001b[2J\u202e'],
    ['HTML', '<script>alert(1)</script>'],
  ] as const;

  it.each(OUTPUTS)('stays data: %s', async (_, text) => {
    const name = `says-${OUTPUTS.findIndex(([, one]) => one === text)}`;
    await bodyOf(await putPlugin(name, '1.0.0', says(text)), 201);
    const recipe = {
      name: 'data',
      nodes: [
        {
          id: 'bad',
          type: 'function_task',
          function_identifier: `${name}.run`,
          input: { text: 'x' },
        },
        { id: 'again', type: 'function_task', function_identifier: 'kit.echo', input: '{{ bad }}' },
      ],
      edges: ['bad to again'],
      final_outputs: ['bad', 'again'],
    };
    const done = await run(recipe);
    const value: unknown = text.startsWith('{"') ? JSON.parse(text) : text;
    expect(done.status, JSON.stringify(done.error)).toBe('completed');
    expect(JSON.stringify(done.result)).toBe(JSON.stringify({ bad: value, again: value }));
  });
});
