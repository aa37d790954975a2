/** A run in the isolate of its request: state in memory, one record at the end. */
import type { RunEvent } from '../core/run/events.ts';
import { shownOf, showNodes, showRun } from '../core/run/show.ts';
import { createRunState } from '../core/run/state.ts';
import type { RunView } from '../core/run/view.ts';
import { createDriver } from './advance.ts';
import { createFunctions } from './functions.ts';
import type { Budget } from './models/budget.ts';
import { createCaps, createRules } from './models/rules.ts';
import { createTenantBudget } from './models/tenant-budget.ts';
import { createSlots } from './models/slots.ts';
import type { Ports, Submission, Tenant } from './ports.ts';

/** What this run spends is in the tables when it has ended, and counted here until then. */
function tenantBudget(ports: Ports, tenant: Tenant): Budget {
  const caps = createCaps(ports);
  let own = 0;
  return createTenantBudget({
    caps: () => caps(tenant),
    now: () => ports.clock.now(),
    book: {
      spentSince: async (day) => (await ports.runs.spentSince(tenant, day)) + own,
      add(usd) {
        own += usd;
      },
    },
  });
}

/** Runs to the end and keeps the run's record. The signal cancels it. */
export async function runInline(
  ports: Ports,
  submission: Submission,
  signal?: AbortSignal,
): Promise<RunView> {
  const { clock, ids, digests, log, models, egress, files, runs } = ports;
  const { cache, limiter, memo, background } = ports;
  const { tenant, plan, recipe, recipeVersion, planHash, labels, inputs, model } = submission;
  const events: RunEvent[] = [];
  const identity = {
    id: runs.newId(submission.idempotency),
    recipe,
    recipeVersion,
    planHash,
    labels,
    inputs,
    ...(model !== undefined && { model }),
    mode: 'inline' as const,
    createdAt: clock.now(),
  };
  const state = createRunState(identity, plan);
  const stopWaking = new AbortController();
  let wake = new AbortController();
  const driver = createDriver({
    tenant,
    state,
    clock,
    ids,
    log,
    models,
    egress,
    files,
    digests,
    cache,
    limiter,
    memo,
    background,
    functions: createFunctions(ports),
    modelRules: createRules(ports),
    modelSlots: createSlots(),
    budgets: [tenantBudget(ports, tenant)],
    commit: (record) => events.push(...record.events),
    wakeAt(dueAt) {
      wake.abort();
      wake = new AbortController();
      const either = AbortSignal.any([wake.signal, stopWaking.signal]);
      clock.sleep(Math.max(0, dueAt - clock.now()), either).then(
        () => driver.post({ type: 'wake' }),
        () => undefined,
      );
    },
  });
  const cancel = () => driver.post({ type: 'cancel' });
  signal?.addEventListener('abort', cancel, { once: true });
  driver.post({ type: signal?.aborted === true ? 'cancel' : 'start' });
  await driver.ended;
  signal?.removeEventListener('abort', cancel);
  stopWaking.abort();
  const shown = shownOf(state, clock.now());
  const view = showRun(shown);
  const { idempotency } = submission;
  await runs.record({
    tenant,
    view,
    inputs,
    nodes: showNodes(shown),
    events: shown.mask === undefined ? events : events.map(shown.mask.event),
    ...(idempotency && { idempotency }),
  });
  return view;
}
