/** What is marked `sensitive` is used by the run, and shown to nobody who asks about it. */
import { describe, expect, it } from 'vitest';
import { listRuns } from '../../../src/adapters/durable-objects/list-rows.ts';
import { findNode, readEvents } from '../../../src/adapters/durable-objects/reading.ts';
import { withValues } from '../../../src/adapters/durable-objects/values.ts';
import { listApprovals } from '../../../src/adapters/durable-objects/waiting.ts';
import { createMemoryEndpoints } from '../../../src/adapters/memory/endpoints.ts';
import { checkInputs, inputsSchema } from '../../../src/core/recipe/inputs.ts';
import { createFakeNet } from '../../support/fake-net.ts';
import { createManualClock, settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';
import { planOf } from '../../support/run-recipe.ts';

const SECRET = 'hunter2-"quoted"';

async function calm(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await settled();
}

/** All that the API would tell of a run. */
async function told(partition: TestPartition, id: string, nodes: readonly string[]) {
  const events = await readEvents(partition.live(), id, { seq: 0, delta: 0 }, 0);
  const steps = await Promise.all(
    nodes.map(async (node) =>
      withValues(partition.live(), id, () => findNode(partition.live(), id, node)),
    ),
  );
  const listed = listRuns(partition.live().sql, { limit: 9 });
  const approvals = await listApprovals(partition.live());
  return { view: await partition.whole(id), events, steps, listed, approvals };
}

function expectHidden(seen: unknown, ...secrets: string[]): void {
  const text = JSON.stringify(seen);
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(JSON.stringify(JSON.stringify(secret)).slice(1, -1));
  }
  expect(text).toContain('***');
}

const USES = `
name: uses
user_inputs:
  - {id: token, type: string, sensitive: true}
  - {id: plain, type: string, default: hello}
nodes:
  - {id: leak, type: function_task, function_identifier: test.echo, input: {said: 'it is {{ token }}!', n: 1}}
  - {id: made, type: function_task, function_identifier: test.upper, input: {text: '{{ token }}'}, sensitive: true}
  - {id: again, type: function_task, function_identifier: test.echo, input: {of: '{{ made }}'}}
  - id: each
    type: map
    over: [1, 2]
    collect: values
    task: {type: function_task, function_identifier: test.value, input: {value: '{{ item }}-{{ token }}'}, sensitive: true}
  - {id: ask, type: hitl, title: 'May {{ token }} pass?', input: {token: '{{ token }}', plain: '{{ plain }}'}}
  - {id: length, type: function_task, function_identifier: test.value, input: {value: '{{ token | length }}'}}
final_outputs:
  - leak
  - made
  - each
  - length
  - {id: kept, value: '{{ plain }}', sensitive: true}
  - {id: open, value: '{{ plain }}'}
`;

describe('what is marked sensitive', () => {
  it('is usable, and *** in inputs, outputs, steps, events and what people are asked', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(USES, { inputs: { token: SECRET }, labels: { who: SECRET } });
    await calm();
    const nodes = ['leak', 'made', 'again', 'each', 'ask'];
    const before = await told(partition, id, nodes);
    expectHidden(before, SECRET, SECRET.toUpperCase());
    expect(before.approvals).toMatchObject([
      { title: 'May *** pass?', input: { token: '***', plain: 'hello' } },
    ]);
    partition.decide(id, 'ask');
    await calm();
    const seen = await told(partition, id, nodes);
    expectHidden(seen, SECRET, SECRET.toUpperCase());
    expect(seen.view).toMatchObject({
      status: 'completed',
      inputs: { token: '***', plain: 'hello' },
      result: {
        leak: { said: 'it is ***!', n: 1 },
        made: '***',
        each: '***',
        length: SECRET.length,
        kept: '***',
        open: 'hello',
      },
    });
    expect(partition.functions.calls[0]?.input).toMatchObject({ said: `it is ${SECRET}!` });
    await partition.crash();
    expectHidden(await told(partition, id, nodes), SECRET, SECRET.toUpperCase());
  });

  it('is *** in errors, listings and the events of a run that failed', async () => {
    const { egress } = createFakeNet();
    const partition = createTestPartition({ egress });
    const recipe = `
name: fails
user_inputs: [{id: token, type: string, sensitive: true}]
nodes: [{id: get, type: http_task, url: 'https://{{ token }}/x', retry: {max_attempts: 1}}]
`;
    const { id } = partition.submit(recipe, { inputs: { token: 'topsecrethost' } });
    await calm();
    const seen = await told(partition, id, ['get']);
    expect(seen.view.status).toBe('failed');
    expectHidden(seen, 'topsecrethost');
  });

  it('is *** in what webhooks are sent', async () => {
    const net = createFakeNet();
    const clock = createManualClock();
    const endpoints = createMemoryEndpoints({ clock });
    const partition = createTestPartition({ egress: net.egress, endpoints });
    partition.submit(USES.replace(/ {2}- \{id: ask.*\n/, ''), {
      inputs: { token: SECRET },
      webhook: 'https://hooks.example/told',
    });
    await calm();
    const [row] = partition
      .live()
      .sql.exec<{ body: string }>('SELECT body FROM deliveries')
      .toArray();
    expect(row).toBeDefined();
    expectHidden(row, SECRET, SECRET.toUpperCase());
  });

  it('is *** in a sub-recipe that marks its own inputs, also once that has ended', async () => {
    const partition = createTestPartition();
    const plan = planOf(
      `
name: outer
nodes:
  - {id: sub, type: recipe, recipe_path: recipes/s.yaml, input_mapping: {key: "{{ 'deep-' ~ 'secret' }}"}}
final_outputs: [sub]
`,
      {
        sources: {
          'recipes/s.yaml': `
name: s
user_inputs: [{id: key, type: string, sensitive: true}]
nodes: [{id: e, type: function_task, function_identifier: test.echo, input: {key: '{{ key }}'}}]
final_outputs: [e]
`,
        },
      },
    );
    const { id } = partition.submit(plan);
    await calm();
    const seen = await told(partition, id, ['sub']);
    expect(seen.view.status).toBe('completed');
    expectHidden(seen, 'deep-secret');
  });

  it('a large one is *** too, where it lies in the store', async () => {
    const partition = createTestPartition();
    const recipe = `
name: big
nodes:
  - {id: big, type: function_task, function_identifier: test.text, input: {size: 200000}, sensitive: true}
  - {id: copy, type: function_task, function_identifier: test.echo, input: {copy: '{{ big }}'}}
`;
    const { id } = partition.submit(recipe);
    await calm();
    await partition.crash();
    const seen = await told(partition, id, ['big', 'copy']);
    expectHidden(seen, 'x'.repeat(1_000));
    expect(seen.view).toMatchObject({ result: { big: '***', copy: { copy: '***' } } });
  });

  it('is what a replay works with', async () => {
    const partition = createTestPartition();
    const { id } = partition.submit(USES, { inputs: { token: SECRET } });
    await calm();
    const again = partition.replay(id);
    await calm();
    expect(partition.functions.calls.at(-1)?.input).toMatchObject({ value: `2-${SECRET}` });
    expectHidden(await partition.whole(again.id), SECRET);
  });

  it('is not told by what is wrong with it, nor by the form that asks for it', () => {
    const plan = planOf(`
name: picky
user_inputs:
  - {id: pin, type: int, max: 10, sensitive: true}
  - {id: key, type: string, pattern: '^ab$', default: ab, sensitive: true}
nodes: [{id: a, type: wait, for: 0}]
`);
    const checked = checkInputs(plan, { pin: 987_654, key: 'zzzz' });
    expect(checked.ok).toBe(false);
    expect(JSON.stringify(checked)).not.toMatch(/987654|zzzz/);
    expect(inputsSchema(plan)).toMatchObject({ properties: { key: { writeOnly: true } } });
    expect(JSON.stringify(inputsSchema(plan))).not.toContain('"default":"ab"');
  });

  it('changes nothing about recipes that mark nothing', () => {
    const plan = planOf('name: p\nnodes: [{id: a, type: wait, for: 0}]');
    expect('sensitive' in plan).toBe(false);
  });
});
