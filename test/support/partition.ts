/** A partition on Node: the object's real code over SQLite, test functions and a manual clock. */
import { createMemoryEndpoints } from '../../src/adapters/memory/endpoints.ts';
import { createMemoryValues } from '../../src/adapters/memory/values.ts';
import type { MemoryValues } from '../../src/adapters/memory/values.ts';
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { act } from '../../src/adapters/durable-objects/bulk.ts';
import { onAlarm, resume } from '../../src/adapters/durable-objects/partition.ts';
import { createPartition } from '../../src/adapters/durable-objects/partition-state.ts';
import { createSlots } from '../../src/runtime/models/slots.ts';
import type {
  Partition,
  PartitionDeps,
} from '../../src/adapters/durable-objects/partition-state.ts';
import { migrateQueue } from '../../src/adapters/durable-objects/queue-schema.ts';
import {
  findState,
  originOf,
  readEvents,
  show,
  showWhole,
} from '../../src/adapters/durable-objects/reading.ts';
import { submit } from '../../src/adapters/durable-objects/submit.ts';
import type { SubmissionMessage } from '../../src/adapters/durable-objects/submit.ts';
import * as people from '../../src/adapters/durable-objects/waiting.ts';
import { createModels } from '../../src/adapters/models/models.ts';
import { createSignatures } from '../../src/adapters/webhooks/signatures.ts';
import { ComposerError, fail } from '../../src/core/errors.ts';
import type { Result } from '../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { admissionOf } from '../../src/core/queue/admission.ts';
import { checkInputs } from '../../src/core/recipe/inputs.ts';
import type { Plan } from '../../src/core/recipe/plan.ts';
import type { ReplayPoint } from '../../src/core/run/replay.ts';
import type { RunView } from '../../src/core/run/view.ts';
import type { StartAfterFailure } from '../../src/runtime/on-failure.ts';
import type { Values } from '../../src/runtime/ports/values.ts';
import type { Egress, Ids, RunAction } from '../../src/runtime/ports.ts';
import type { Endpoints } from '../../src/runtime/ports/endpoints.ts';
import { createWebhookTargets } from '../../src/runtime/webhooks.ts';
import { createFakeNet } from './fake-net.ts';
import { createManualClock, settled } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import { createDisk, createObjectState } from './object-state.ts';
import type { ObjectDisk } from './object-state.ts';
import { planOf } from './run-recipe.ts';
import { createTestStores } from './stores.ts';
import { createTestFunctions } from './test-functions.ts';
import type { TestFunctions } from './test-functions.ts';

export interface Order {
  readonly inputs?: JsonObject;
  readonly recipe?: string;
  readonly priority?: number;
  readonly startAt?: number;
  readonly labels?: JsonObject;
  readonly idempotency?: SubmissionMessage['idempotency'];
  readonly webhook?: string;
}

export interface TestPartition {
  readonly clock: ManualClock;
  readonly functions: TestFunctions;
  readonly values: MemoryValues;
  readonly live: () => Partition;
  /** What the log has been told of faults. */
  readonly faults: readonly string[];
  /** Throws the code of a refusal. */
  readonly submit: (recipe: string | Plan, order?: Order) => RunView;
  readonly view: (id: string) => RunView;
  /** The same with what has to be fetched for it. */
  readonly whole: (id: string) => Promise<RunView>;
  readonly status: (id: string) => string;
  /** Throws the code of a refusal. */
  readonly act: (id: string, action: RunAction) => RunView;
  /** A new run from a point of an earlier one; throws the code of a refusal. */
  readonly replay: (id: string, point?: ReplayPoint, order?: Order) => RunView;
  readonly output: (id: string, key: string) => JsonValue | undefined;
  readonly deliver: (id: string, event: string, payload?: JsonObject) => void;
  /** Approves what waits for a person. */
  readonly decide: (id: string, key: string) => void;
  readonly types: (id: string) => Promise<string[]>;
  /** Opens the oldest gate of a run, and lets what follows happen. */
  readonly open: (key: string) => Promise<void>;
  /** Loses the object with all it had in memory; the next touch makes it again. */
  readonly crash: () => Promise<void>;
  /** Moves time on, with the alarms that fall due on the way. */
  readonly pass: (ms: number) => Promise<void>;
}

export interface PartitionOptions {
  readonly maxRunning?: number;
  readonly maxQueued?: number;
  readonly egress?: Egress;
  /** Where webhooks are kept. */
  readonly endpoints?: Endpoints;
  /** Default: for ever. */
  readonly retention?: PartitionDeps['retention'];
  readonly startAfterFailure?: StartAfterFailure;
  /** What an earlier life, or an earlier release, has left. */
  readonly disk?: ObjectDisk;
  /** Where large values are moved to. */
  readonly values?: Values;
}

const forEver = async () => ({ runsMs: Infinity, historyMs: Infinity });

export function createTestPartition(options: PartitionOptions = {}): TestPartition {
  const { maxRunning = 100, maxQueued = 1_000, egress = createFakeNet().egress } = options;
  const { disk = createDisk() } = options;
  const clock = createManualClock();
  const functions = createTestFunctions();
  const faults: string[] = [];
  const values = createMemoryValues(createTestStores(clock));
  const endpoints = options.endpoints ?? createMemoryEndpoints({ clock });
  let count = options.disk === undefined ? 0 : 1_000;
  let kill = (): void => {};
  let live = wake();

  function wake(): Partition {
    let isDead = false;
    kill = () => {
      isDead = true;
    };
    /** Timers of a lost object go with it. */
    const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
      await clock.sleep(ms, signal);
      if (isDead) await new Promise(() => {});
    };
    const ids: Ids = {
      next: (prefix) => `${prefix}_${String((count += 1)).padStart(5, '0')}`,
      random: () => 0.5,
    };
    const { ctx } = createObjectState(disk);
    migrateQueue(ctx.storage);
    const partition = createPartition(ctx, {
      clock: { ...clock, sleep },
      ids,
      log: {
        write: (level, event, fields) => {
          if (level === 'error') faults.push(`${event} ${JSON.stringify(fields)}`);
        },
      },
      ...createTestStores(clock),
      functions,
      models: createModels(),
      modelSlots: createSlots(),
      egress,
      files: createMemoryFiles({ clock }),
      maxRunning,
      maxQueued,
      retention: options.retention ?? forEver,
      outbox: {
        targets: createWebhookTargets({ endpoints, ids }),
        signatures: createSignatures({ digests: createTestStores(clock).digests }),
      },
      values: options.values ?? values,
      startAfterFailure:
        options.startAfterFailure ?? (async () => fail('recipe_not_found', 'Nobody starts it')),
    });
    resume(partition);
    return partition;
  }

  const view = (id: string): RunView => {
    const found = show(live, id);
    if (found === null) throw new Error(`No run ${id}`);
    return found;
  };

  function place(plan: Plan, order: Order, more: Partial<SubmissionMessage> = {}): RunView {
    const { recipe: name = plan.name, labels = {}, idempotency, webhook, ...rest } = order;
    const checked = checkInputs(plan, order.inputs ?? {});
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    const inputs = checked.value.values;
    const given = { ...rest, recipe: name, inputs, now: clock.now(), random: () => 0.5 };
    const reply = submit(live, {
      tenant: 't',
      partition: 0,
      recipe: name,
      recipeVersion: 1,
      planHash: JSON.stringify(plan).length.toString(16) + name,
      plan,
      inputs,
      labels,
      warnings: [],
      admission: admissionOf(plan, given),
      ...(idempotency && { idempotency }),
      ...(webhook !== undefined && { webhook }),
      ...more,
    });
    if (reply.needsPlan) throw new Error('The plan was given');
    return unwrap(reply.result).view;
  }

  return {
    clock,
    functions,
    values,
    faults,
    live: () => live,
    submit: (recipe, order = {}) =>
      place(typeof recipe === 'string' ? planOf(recipe) : recipe, order),
    view,
    async whole(id) {
      const found = await showWhole(live, id);
      if (found === null) throw new Error(`No run ${id}`);
      return found;
    },
    status: (id) => view(id).status,
    act: (id, action) => unwrap(act(live, id, action)),
    replay(id, point, order = {}) {
      const origin = unwrap(originOf(live, id, point));
      if (origin.plan === undefined) throw new Error('Its plan is not there');
      const inputs = { ...origin.inputs, ...order.inputs };
      const { seeds, recipe } = origin;
      return place(
        origin.plan,
        { recipe, ...order, inputs },
        { replayOf: id, ...(seeds && { seeds }) },
      );
    },
    output: (id, key) => findState(live, id)?.rows.get(key)?.output,
    deliver: (id, event, payload = {}) => void people.deliverEvent(live, id, { event, payload }),
    decide: (run, key) =>
      void people.decide(live, { run, key }, { approved: true, decidedBy: 'somebody' }),
    async types(id) {
      const page = await readEvents(live, id, { seq: 0, delta: 0 }, 0);
      return page.ok ? page.value.events.map(({ type }) => type) : [];
    },
    async open(key) {
      const place = functions.gates.findIndex(
        ({ input, signal }) => input['key'] === key && !signal.aborted,
      );
      const [gate] = functions.gates.splice(place, place < 0 ? 0 : 1);
      if (gate === undefined) throw new Error(`No gate ${key}`);
      gate.open('opened');
      await settled();
    },
    async crash() {
      kill();
      for (const driver of live.drivers.values()) driver.stop();
      functions.gates.length = 0;
      await settled();
      live = wake();
      await settled();
    },
    async pass(ms) {
      const end = clock.now() + ms;
      for (let at = disk.alarmAt; at !== undefined && at <= end; at = disk.alarmAt) {
        await clock.advance(Math.max(0, at - clock.now()));
        disk.alarmAt = undefined;
        onAlarm(live);
        await settled();
      }
      await clock.advance(end - clock.now());
    },
  };
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ComposerError(result.error.code, result.error.message);
}
