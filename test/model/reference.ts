/**
 * What a partition promises, said a second time and as plainly as it can be: runs that are sequences
 * of stages, slots, lanes and a line. No rows, no engine, no restart.
 */

export type Stage = 'gate' | 'event' | 'timer' | 'person';

/** Five minutes, in all recipes of the model. */
export const TIMER_MS = 300_000;

export interface Kind {
  readonly recipe: string;
  readonly stages: readonly Stage[];
  /** Runs of the recipe with one key that may be under way at a time. */
  readonly limit?: number;
  readonly onLimit?: 'replace' | 'reject';
}

export type Status =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'paused'
  | 'completed'
  | 'failed'
  | 'cancelled';

export interface ModelRun {
  readonly id: string;
  readonly kind: Kind;
  readonly key: string;
  readonly priority: number;
  readonly createdAt: number;
  status: Status;
  /** The stage that is under way or comes next. */
  stage: number;
  /** Whether that stage was begun: it waits, or its gate is in flight. */
  isOpen: boolean;
  hasBegun: boolean;
  hasSlot: boolean;
  /** Events that came before anything waited for them. */
  kept: number;
  dueAt: number;
  /** Since when it is kept from going on. */
  heldSince?: number;
}

export class Reference {
  readonly runs: ModelRun[] = [];
  readonly maxRunning: number;
  now: number;
  #served = 0;
  #lastServed = new Map<string, number>();

  constructor(maxRunning: number, now: number) {
    this.maxRunning = maxRunning;
    this.now = now;
  }

  /** False: it is refused. */
  submit(id: string, given: Pick<ModelRun, 'kind' | 'key' | 'priority'>): boolean {
    const crowd = this.crowd(given);
    const { limit = 0, onLimit } = given.kind;
    if (onLimit === 'reject' && crowd.length >= limit) return false;
    if (onLimit === 'replace')
      for (const run of crowd.slice(0, Math.max(0, crowd.length + 1 - limit)))
        this.#end(run, 'cancelled');
    this.#forgetIdle();
    this.runs.push({
      id,
      ...given,
      createdAt: this.now,
      status: 'queued',
      stage: 0,
      isOpen: false,
      hasBegun: false,
      hasSlot: false,
      kept: 0,
      dueAt: Number.POSITIVE_INFINITY,
    });
    this.#admit();
    return true;
  }

  crowd({ kind, key }: Pick<ModelRun, 'kind' | 'key'>): ModelRun[] {
    return this.runs.filter(
      (run) =>
        run.kind.recipe === kind.recipe &&
        run.key === key &&
        (run.hasSlot || run.status === 'queued'),
    );
  }

  /** Who waits for a slot, in order. */
  line(): ModelRun[] {
    const rank = (run: ModelRun) => (run.hasBegun ? 1_000 : run.priority);
    return this.runs
      .filter(({ status, hasSlot }) => status === 'queued' && !hasSlot)
      .toSorted(
        (a, b) =>
          rank(b) - rank(a) ||
          (a.hasBegun && b.hasBegun ? b.priority - a.priority : 0) ||
          at(a) - at(b) ||
          (a.id < b.id ? -1 : 1),
      );
  }

  inFlight(): ModelRun[] {
    return this.runs.filter(
      (run) =>
        run.isOpen && !isFinal(run.status) && run.kind.stages[run.stage] === 'gate' && run.hasSlot,
    );
  }

  openGate(run: ModelRun): void {
    this.#passStage(run);
  }

  breakGate(run: ModelRun): void {
    run.isOpen = false;
    this.#end(run, 'failed');
    this.#admit();
  }

  deliver(run: ModelRun): void {
    if (run.isOpen && run.kind.stages[run.stage] === 'event') this.#comeBack(run);
    else run.kept += 1;
  }

  decide(run: ModelRun): void {
    this.#comeBack(run);
  }

  cancel(run: ModelRun): void {
    if (!isFinal(run.status)) this.#end(run, 'cancelled');
    this.#admit();
  }

  pause(run: ModelRun): void {
    if (isFinal(run.status) || run.status === 'paused') return;
    run.status = 'paused';
    if (run.hasBegun) run.heldSince ??= this.now;
    if (!this.#isFlying(run)) run.hasSlot = false;
    this.#admit();
  }

  resume(run: ModelRun): void {
    if (run.status !== 'paused') return;
    run.status = run.hasSlot ? 'running' : 'queued';
    if (run.hasSlot) delete run.heldSince;
    this.#admit();
  }

  retry(run: ModelRun): void {
    if (run.status !== 'failed' && run.status !== 'cancelled') return;
    run.status = 'queued';
    run.isOpen = false;
    if (run.hasBegun) run.heldSince = this.now;
    this.#admit();
  }

  /** What falls due on the way does so at its own instant. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.runs
        .filter(({ status, dueAt }) => status === 'waiting' && dueAt <= end)
        .toSorted((a, b) => a.dueAt - b.dueAt);
      if (next === undefined) break;
      this.now = Math.max(this.now, next.dueAt);
      // Whoever is due at one instant comes back before anybody who has not begun gets room.
      const due = this.runs.filter(
        ({ status, dueAt }) => status === 'waiting' && dueAt <= this.now,
      );
      for (const run of due) this.#takeBack(run);
      this.#admit();
    }
    this.now = end;
  }

  /** Only who was served last is forgotten, and what was in flight of a run that is paused. */
  crash(): void {
    this.#served = 0;
    this.#lastServed = new Map();
    for (const run of this.runs) {
      if (run.status === 'paused' && run.hasSlot) {
        run.hasSlot = false;
        run.isOpen = false;
      }
    }
    this.#admit();
  }

  #isFlying(run: ModelRun): boolean {
    return run.isOpen && run.kind.stages[run.stage] === 'gate';
  }

  /** A wait is over: the run goes on, if there is room and nobody who has begun stands before it. */
  #comeBack(run: ModelRun): void {
    this.#passStage(run);
    if (run.status !== 'waiting') return;
    this.#takeBack(run);
    this.#admit();
  }

  #takeBack(run: ModelRun): void {
    this.#forgetIdle();
    const isFirst = this.line().every(({ hasBegun }) => !hasBegun);
    if (isFirst && this.#hasRoom(run)) {
      run.status = 'queued';
      this.#start(run);
    } else {
      run.status = 'queued';
      run.heldSince = this.now;
    }
  }

  #passStage(run: ModelRun): void {
    run.stage += 1;
    run.isOpen = false;
    run.dueAt = Number.POSITIVE_INFINITY;
    if (run.status === 'running') this.#goOn(run);
    else if (run.status === 'paused') run.hasSlot = false;
    this.#admit();
  }

  #goOn(run: ModelRun): void {
    for (;;) {
      const stage = run.kind.stages[run.stage];
      if (stage === undefined) return this.#end(run, 'completed');
      if (stage === 'event' && !run.isOpen && run.kept > 0) run.kept -= 1;
      else if (stage === 'timer' && run.isOpen && run.dueAt <= this.now)
        run.dueAt = Number.POSITIVE_INFINITY;
      else {
        if (stage === 'timer' && !run.isOpen) run.dueAt = this.now + TIMER_MS;
        run.isOpen = true;
        if (stage === 'gate') return undefined;
        run.status = 'waiting';
        run.hasSlot = false;
        return undefined;
      }
      run.stage += 1;
      run.isOpen = false;
    }
  }

  #end(run: ModelRun, status: Status): void {
    run.status = status;
    run.hasSlot = false;
    run.dueAt = Number.POSITIVE_INFINITY;
    delete run.heldSince;
  }

  #serve(run: ModelRun): void {
    this.#served += 1;
    this.#lastServed.set(run.kind.recipe, this.#served);
  }

  #start(run: ModelRun): void {
    run.hasSlot = true;
    run.status = 'running';
    run.hasBegun = true;
    delete run.heldSince;
    this.#goOn(run);
  }

  #hasRoom({ kind, key }: ModelRun): boolean {
    const holders = this.runs.filter(({ hasSlot }) => hasSlot);
    if (holders.length >= this.maxRunning) return false;
    const same = holders.filter((run) => run.kind.recipe === kind.recipe && run.key === key);
    return kind.limit === undefined || same.length < kind.limit;
  }

  #admit(): void {
    for (;;) {
      const line = this.line();
      this.#forgetIdle();
      const load = ({ kind }: ModelRun) =>
        this.runs.filter((run) => run.hasSlot && run.kind.recipe === kind.recipe).length;
      const served = ({ kind }: ModelRun) => this.#lastServed.get(kind.recipe) ?? 0;
      const [next] = line
        .filter((run) => this.#hasRoom(run))
        .toSorted(
          (a, b) =>
            Number(b.hasBegun) - Number(a.hasBegun) ||
            b.priority - a.priority ||
            load(a) - load(b) ||
            served(a) - served(b) ||
            line.indexOf(a) - line.indexOf(b),
        );
      if (next === undefined) return;
      this.#serve(next);
      this.#start(next);
    }
  }

  /** A recipe with nothing under way and nothing in line is as good as new. */
  #forgetIdle(): void {
    for (const recipe of this.#lastServed.keys()) {
      const isBusy = this.runs.some(
        (run) => run.kind.recipe === recipe && (run.hasSlot || run.status === 'queued'),
      );
      if (!isBusy) this.#lastServed.delete(recipe);
    }
  }
}

function at({ heldSince, createdAt }: ModelRun): number {
  return heldSince ?? createdAt;
}

export function isFinal(status: Status): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
