/**
 * Who may start, and in which order. A structure of ids and numbers: what becomes of a message is
 * the caller's business, and time is an argument.
 *
 * A1. Never more than `maxRunning` are under way, and in no lane more than its limit.
 * A2. What has begun goes before what has not, a higher priority before a lower one; then comes the
 *     recipe with the fewest under way, so that a long line of one keeps no other waiting.
 * A3. Among messages under the same limits, the order is that of arrival.
 */
import type { Admission } from './admission.ts';
import { insert, placeOf, remove } from './sorted.ts';

export interface Message {
  /** Ids grow with time. */
  readonly id: string;
  readonly recipe: string;
  /** When it came into the line, in epoch milliseconds. */
  readonly at: number;
  /** It was under way before, and has come back from a wait or a pause. */
  readonly hasBegun: boolean;
  readonly admission: Admission;
}

export interface Queue {
  readonly maxRunning: number;
  /** Those that hold slots. */
  readonly running: Map<string, Message>;
  /** Those that could start, were there room; in order but for limits and fairness. */
  readonly line: Message[];
  /** Those whose time has not come, the next one first. */
  readonly delayed: Message[];
  readonly waiting: Map<string, Message>;
  /** The line, by recipe and limits: of each list only the first can be the next one. */
  readonly bays: Map<string, Message[]>;
  /** Slots in use by lane. */
  readonly used: Map<string, number>;
  readonly recipes: Map<string, RecipeCounts>;
  /** Starts that may still count, by rate. */
  readonly starts: Map<string, Starts>;
  served: number;
}

interface RecipeCounts {
  running: number;
  waiting: number;
  /** Which start was its last one: the turn goes round. */
  lastServed: number;
}

export interface Starts {
  readonly windowMs: number;
  /** Epoch milliseconds, the latest last. */
  readonly at: readonly number[];
}

export function createQueue(maxRunning: number): Queue {
  return {
    maxRunning,
    running: new Map(),
    line: [],
    delayed: [],
    waiting: new Map(),
    bays: new Map(),
    used: new Map(),
    recipes: new Map(),
    starts: new Map(),
    served: 0,
  };
}

/** Puts a message into the line. */
export function enqueue(queue: Queue, message: Message): void {
  queue.waiting.set(message.id, message);
  countsOf(queue, message.recipe).waiting += 1;
  insert(queue.line, message, inLine);
  const key = bayOf(message);
  const bay = queue.bays.get(key) ?? [];
  queue.bays.set(key, bay);
  insert(bay, message, inLine);
}

/** Keeps a message until its `startAt`. */
export function delay(queue: Queue, message: Message): void {
  queue.waiting.set(message.id, message);
  insert(queue.delayed, message, byStart);
}

/** Takes out those whose time has come. They are the caller's until they are enqueued. */
export function takeDue(queue: Queue, now: number): Message[] {
  const isDue = ({ admission }: Message): boolean => (admission.startAt ?? 0) <= now;
  const end = queue.delayed.findIndex((message) => !isDue(message));
  const due = queue.delayed.splice(0, end < 0 ? queue.delayed.length : end);
  for (const { id } of due) queue.waiting.delete(id);
  return due.map((message) => ({ ...message, at: message.admission.startAt ?? message.at }));
}

/** The one that is to start now; it holds its slots from here. */
export function takeNext(queue: Queue, now: number): Message | undefined {
  if (queue.running.size >= queue.maxRunning) return undefined;
  let next: Message | undefined;
  for (const [first] of queue.bays.values()) {
    if (first === undefined || !hasRoom(queue, first) || rateOpensAt(queue, first, now) > now)
      continue;
    if (next === undefined || goesBefore(queue, first, next)) next = first;
  }
  if (next === undefined) return undefined;
  occupy(queue, next);
  // A turn is what comes out of the line: a run that is only looked at again has had none.
  queue.served += 1;
  countsOf(queue, next.recipe).lastServed = queue.served;
  unqueue(queue, next);
  countStart(queue, next, now);
  return next;
}

/** Takes back a run that waited, at once: when there is room, and nobody who has begun is in line. */
export function takeBack(queue: Queue, message: Message): boolean {
  const isFull = queue.running.size >= queue.maxRunning || !hasRoom(queue, message);
  if (isFull || queue.line[0]?.hasBegun === true) return false;
  occupy(queue, message);
  return true;
}

/** Gives a message its slots, whether there is room or not: it is under way already. */
export function occupy(queue: Queue, message: Message): void {
  queue.running.set(message.id, message);
  for (const { key } of message.admission.lanes) add(queue.used, key, 1);
  countsOf(queue, message.recipe).running += 1;
}

/** Forgets a message, whether it held slots or waited. */
export function leave(queue: Queue, id: string): void {
  release(queue, id);
  const message = queue.waiting.get(id);
  if (message !== undefined) unqueue(queue, message);
}

function unqueue(queue: Queue, message: Message): void {
  queue.waiting.delete(message.id);
  if (remove(queue.delayed, message, byStart)) return;
  remove(queue.line, message, inLine);
  countsOf(queue, message.recipe).waiting -= 1;
  forgetIdle(queue, message.recipe);
  const key = bayOf(message);
  const bay = queue.bays.get(key);
  if (bay === undefined) return;
  remove(bay, message, inLine);
  if (bay.length === 0) queue.bays.delete(key);
}

function release(queue: Queue, id: string): void {
  const message = queue.running.get(id);
  if (message === undefined) return;
  queue.running.delete(id);
  for (const { key } of message.admission.lanes) add(queue.used, key, -1);
  countsOf(queue, message.recipe).running -= 1;
  forgetIdle(queue, message.recipe);
}

function countsOf({ recipes }: Queue, recipe: string): RecipeCounts {
  const counts = recipes.get(recipe) ?? { running: 0, waiting: 0, lastServed: 0 };
  recipes.set(recipe, counts);
  return counts;
}

function forgetIdle({ recipes }: Queue, recipe: string): void {
  const counts = recipes.get(recipe);
  if (counts?.running === 0 && counts.waiting === 0) recipes.delete(recipe);
}

/** Whom a message finds in the lane that its `onLimit` is about, the oldest first. */
export function crowdOf(queue: Queue, { admission }: Message): readonly Message[] {
  const key = admission.lanes.at(-1)?.key;
  const isInside = (message: Message | undefined): boolean =>
    message?.admission.lanes.some((lane) => lane.key === key) === true;
  const inLine = [...queue.bays.values()].filter(([first]) => isInside(first)).flat();
  return [...[...queue.running.values()].filter(isInside), ...inLine].toSorted(byId);
}

/** 1 is next. Limits and fairness may let a later one pass. */
export function positionOf(queue: Queue, id: string): number | undefined {
  const message = queue.waiting.get(id);
  if (message === undefined) return undefined;
  const place = placeOf(queue.line, message, inLine);
  if (queue.line[place] === message) return place + 1;
  return queue.line.length + placeOf(queue.delayed, message, byStart) + 1;
}

/** When time alone lets something start, though nothing else happens; in epoch milliseconds. */
export function nextDueAt(queue: Queue, now: number): number | undefined {
  let due = queue.delayed[0]?.admission.startAt;
  if (queue.running.size >= queue.maxRunning) return due;
  for (const [first] of queue.bays.values()) {
    if (first === undefined || !hasRoom(queue, first)) continue;
    const opensAt = rateOpensAt(queue, first, now);
    if (opensAt > now && (due === undefined || opensAt < due)) due = opensAt;
  }
  return due;
}

function hasRoom({ used }: Queue, { admission }: Message): boolean {
  return admission.lanes.every(({ key, limit }) => (used.get(key) ?? 0) < limit);
}

/** When the rate allows another start. What has begun was counted when it started. */
function rateOpensAt({ starts }: Queue, { admission, hasBegun }: Message, now: number): number {
  const { rate } = admission;
  if (rate === undefined || hasBegun) return now;
  const counted = starts.get(rate.key)?.at.at(-rate.limit);
  return counted === undefined ? now : counted + rate.windowMs;
}

function countStart({ starts }: Queue, { admission, hasBegun }: Message, now: number): void {
  const { rate } = admission;
  if (rate === undefined || hasBegun) return;
  const { windowMs } = rate;
  const recent = (starts.get(rate.key)?.at ?? []).filter((at) => at + windowMs > now);
  starts.set(rate.key, { windowMs, at: [...recent, now] });
}

/** Drops starts that no longer count, and gives the rates that have none left. */
export function forgetStarts({ starts }: Queue, now: number): string[] {
  const idle = [...starts].filter(([, { at, windowMs }]) => (at.at(-1) ?? 0) + windowMs <= now);
  for (const [key] of idle) starts.delete(key);
  return idle.map(([key]) => key);
}

/** A2, between messages under different limits. */
function goesBefore(queue: Queue, a: Message, b: Message): boolean {
  const rank = byRank(a, b);
  if (rank !== 0) return rank < 0;
  const [mine, other] = [countsOf(queue, a.recipe), countsOf(queue, b.recipe)];
  const turn = mine.running - other.running || mine.lastServed - other.lastServed;
  return (turn || inLine(a, b)) < 0;
}

function byRank(a: Message, b: Message): number {
  if (a.hasBegun !== b.hasBegun) return a.hasBegun ? -1 : 1;
  return b.admission.priority - a.admission.priority;
}

function inLine(a: Message, b: Message): number {
  return byRank(a, b) || a.at - b.at || byId(a, b);
}

function byStart(a: Message, b: Message): number {
  return (a.admission.startAt ?? 0) - (b.admission.startAt ?? 0) || byId(a, b);
}

function byId(a: Pick<Message, 'id'>, b: Pick<Message, 'id'>): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Messages with the same one wait for the same: recipe, lanes and rate. */
function bayOf({ recipe, admission: { lanes, rate } }: Message): string {
  return JSON.stringify([recipe, lanes.map(({ key }) => key), rate?.key]);
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
