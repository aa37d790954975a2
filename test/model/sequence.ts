/** Random operations on a partition and on the reference, compared after each. */
import { positionOf } from '../../src/core/queue/queue.ts';
import type { Plan } from '../../src/core/recipe/plan.ts';
import { createRandom, seedOf } from '../fuzz/random.ts';
import type { Random } from '../fuzz/random.ts';
import { settled } from '../support/manual-clock.ts';
import { createTestPartition } from '../support/partition.ts';
import type { TestPartition } from '../support/partition.ts';
import { planOf } from '../support/run-recipe.ts';
import { isFinal, Reference } from './reference.ts';
import type { Kind, ModelRun, Stage } from './reference.ts';

const MAX_RUNNING = 3;

const KINDS: readonly Kind[] = [
  { recipe: 'short', stages: ['gate'] },
  { recipe: 'event', stages: ['event', 'gate'] },
  { recipe: 'keyed', stages: ['gate', 'event', 'gate'], limit: 1 },
  { recipe: 'timer', stages: ['timer', 'gate', 'timer'] },
  { recipe: 'person', stages: ['gate', 'person'], limit: 2 },
  { recipe: 'newest', stages: ['gate', 'timer', 'gate'], limit: 1, onLimit: 'replace' },
  { recipe: 'strict', stages: ['event', 'gate'], limit: 1, onLimit: 'reject' },
];

export type Operation =
  | {
      readonly do: 'submit';
      readonly kind: number;
      readonly key: string;
      readonly priority: number;
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash' }
  | { readonly do: Deed; readonly run: number };

type Deed = 'open' | 'break' | 'deliver' | 'decide' | 'cancel' | 'pause' | 'resume' | 'retry';

const DEEDS: readonly (readonly [weight: number, deed: Deed])[] = [
  [6, 'open'],
  [1, 'break'],
  [4, 'deliver'],
  [3, 'decide'],
  [1, 'cancel'],
  [2, 'pause'],
  [3, 'resume'],
  [2, 'retry'],
];

export function operationsOf(seed: number, index: number): Operation[] {
  const random = createRandom(seedOf(seed, index));
  return Array.from({ length: random.between(5, 40) }, () => operation(random));
}

function operation(random: Random): Operation {
  if (random.chance(0.3)) {
    const kind = random.below(KINDS.length);
    return {
      do: 'submit',
      kind,
      key: random.pick(['x', 'y']),
      priority: random.pick([0, 0, 0, 5, -5]),
    };
  }
  if (random.chance(0.08)) return { do: 'crash' };
  if (random.chance(0.1)) return { do: 'pass', ms: random.pick([10, 100_000, 300_000]) };
  let left = random.next() * DEEDS.reduce((sum, [weight]) => sum + weight, 0);
  const found = DEEDS.find(([weight]) => (left -= weight) < 0);
  return { do: found?.[1] ?? 'open', run: random.below(1_000) };
}

/** What went wrong, and after which operation; nothing when all was as it is to be. */
export async function check(operations: readonly Operation[]): Promise<string | undefined> {
  const both = new Both();
  for (const [index, each] of operations.entries()) {
    try {
      await both.perform(each);
    } catch (error) {
      return `${index}: ${JSON.stringify(each)}: ${String(error)}`;
    }
    const difference = both.difference();
    if (difference !== undefined) return `${index}: ${JSON.stringify(each)}: ${difference}`;
  }
  return both.finish();
}

/** The fewest operations that still go wrong, found by leaving some out. */
export async function shrink(operations: readonly Operation[]): Promise<readonly Operation[]> {
  let smallest = operations;
  for (let size = Math.ceil(smallest.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length;) {
      const fewer = [...smallest.slice(0, at), ...smallest.slice(at + size)];
      if ((await check(fewer)) !== undefined) smallest = fewer;
      else at += size;
    }
  }
  return smallest;
}

class Both {
  readonly partition: TestPartition = createTestPartition({ maxRunning: MAX_RUNNING });
  readonly model = new Reference(MAX_RUNNING, this.partition.clock.now());
  /** Gates of runs by the stage that they stand for. */
  async perform(given: Operation): Promise<void> {
    await this.#perform(given);
    await settled();
    await this.partition.pass(1);
    this.model.pass(1);
  }

  async #perform(given: Operation): Promise<void> {
    const { partition, model } = this;
    if (given.do === 'submit') return this.#submit(given);
    if (given.do === 'pass') {
      await partition.pass(given.ms);
      return model.pass(given.ms);
    }
    if (given.do !== 'crash') return this.#act(given);
    await partition.crash();
    return model.crash();
  }

  #submit(given: Extract<Operation, { do: 'submit' }>): void {
    const kind = KINDS[given.kind] ?? KINDS[0]!;
    const { key, priority } = given;
    const about = { kind, key, priority };
    let id: string | undefined;
    try {
      id = this.partition.submit(planFor(kind), {
        inputs: { key, run: String(this.model.runs.length) },
        priority,
      }).id;
    } catch (error) {
      if ((error as { code?: string }).code !== 'concurrency_limit') throw error;
    }
    const isTaken = this.model.submit(id ?? 'none', about);
    if (isTaken !== (id !== undefined))
      throw new Error(`taken by one and not by the other: ${isTaken}`);
  }

  async #act({ do: deed, run: which }: Extract<Operation, { run: number }>): Promise<void> {
    const { partition, model } = this;
    const able = model.runs.filter((run) => this.#isAble(deed, run));
    const run = able[which % Math.max(1, able.length)];
    if (run === undefined) return;
    const { id } = run;
    switch (deed) {
      case 'open':
        await partition.open(gateKey(model, run));
        return model.openGate(run);
      case 'break':
        this.#gate(run).break('plugin_error');
        await settled();
        return model.breakGate(run);
      case 'deliver':
        partition.deliver(id, 'go');
        return model.deliver(run);
      case 'decide':
        partition.decide(id, `s${run.stage}`);
        return model.decide(run);
      case 'cancel':
      case 'pause':
      case 'resume':
      case 'retry':
        partition.act(id, deed);
        return model[deed](run);
    }
  }

  #isAble(deed: Deed, run: ModelRun): boolean {
    const stage = run.kind.stages[run.stage];
    switch (deed) {
      case 'open':
      case 'break':
        return this.model.inFlight().includes(run);
      case 'decide':
        return run.isOpen && stage === 'person' && !isFinal(run.status);
      case 'deliver':
      case 'pause':
      case 'resume':
        return !isFinal(run.status);
      case 'cancel':
        return run.status !== 'completed' && run.status !== 'failed';
      case 'retry':
        return run.status !== 'completed';
    }
  }

  #gate(run: ModelRun) {
    const { gates } = this.partition.functions;
    const key = gateKey(this.model, run);
    const place = gates.findIndex(({ input, signal }) => input['key'] === key && !signal.aborted);
    const [gate] = gates.splice(place, place < 0 ? 0 : 1);
    if (gate === undefined) throw new Error(`No gate ${key}`);
    return gate;
  }

  difference(): string | undefined {
    const { partition, model } = this;
    const line = model.line();
    const { sql, queue } = partition.live();
    const rows = sql.exec<{ id: string; status: string }>('SELECT id, status FROM runs').toArray();
    const statuses = new Map(rows.map(({ id, status }) => [id, status]));
    for (const run of model.runs) {
      const status = statuses.get(run.id);
      const place = positionOf(queue, run.id);
      if (status !== run.status)
        return `${run.id} (${run.kind.recipe}) is ${status}, not ${run.status}`;
      if (status === 'queued' && place !== line.indexOf(run) + 1)
        return `${run.id} stands at ${place}, not at ${line.indexOf(run) + 1}`;
    }
    const flying = partition.functions.gates.filter(({ signal }) => !signal.aborted).length;
    if (flying !== model.inFlight().length)
      return `${flying} gates are in flight, not ${model.inFlight().length}`;
    return partition.faults[0];
  }

  /** Everything is let go on: whatever has not ended then hangs. */
  async finish(): Promise<string | undefined> {
    const { model } = this;
    for (
      let round = 0;
      round < 100 && model.runs.some(({ status }) => !isFinal(status));
      round += 1
    ) {
      for (const run of model.runs) {
        const deed = (['resume', 'decide', 'open', 'deliver'] as const).find(
          (each) =>
            this.#isAble(each, run) &&
            (each !== 'resume' || run.status === 'paused') &&
            (each !== 'deliver' || run.isOpen),
        );
        if (deed === undefined) continue;
        const able = model.runs.filter((each) => this.#isAble(deed, each));
        await this.perform({ do: deed, run: able.indexOf(run) });
        const difference = this.difference();
        if (difference !== undefined) return `at the end, ${deed} of ${run.id}: ${difference}`;
      }
      await this.perform({ do: 'pass', ms: 300_000 });
      const difference = this.difference();
      if (difference !== undefined) return `at the end: ${difference}`;
    }
    const hanging = model.runs.find(({ status }) => !isFinal(status));
    if (hanging !== undefined) return `at the end: ${hanging.id} is ${hanging.status} still`;
    return this.#histories();
  }

  #histories(): string | undefined {
    const { sql } = this.partition.live();
    for (const { id } of this.model.runs) {
      const rows = sql.exec<{ body: string }>(
        'SELECT body FROM events WHERE run = ? ORDER BY seq',
        id,
      );
      const events = rows.toArray().flatMap(({ body }) => JSON.parse(body) as { seq: number }[]);
      if (events.some(({ seq }, index) => seq !== index + 1))
        return `${id} has a gap in its history`;
    }
    return undefined;
  }
}

function gateKey(model: Reference, run: ModelRun): string {
  return `${model.runs.indexOf(run)}-${run.stage}`;
}

const plans = new Map<Kind, Plan>();

function planFor(kind: Kind): Plan {
  const known = plans.get(kind);
  if (known !== undefined) return known;
  const { recipe, stages, limit, onLimit = 'queue' } = kind;
  const concurrency =
    limit === undefined
      ? ''
      : `concurrency: {key: "{{ key }}", limit: ${limit}, on_limit: ${onLimit}}`;
  const plan = planOf(`
name: ${recipe}
user_inputs: [{id: key, type: string}, {id: run, type: string}]
${concurrency}
nodes:
${stages.map(nodeOf).join('\n')}
`);
  plans.set(kind, plan);
  return plan;
}

function nodeOf(stage: Stage, index: number): string {
  const rest = {
    gate: `type: function_task, function_identifier: test.gate, timeout: 300d, input: {key: "{{ run }}-${index}"}`,
    event: 'type: wait, event: go',
    timer: 'type: wait, for: 5m',
    person: 'type: hitl',
  };
  return `  - {id: s${index}, ${rest[stage]}}`;
}
