/** Runs inputs and gathers the failures, each with its seed, its number and its smallest text. */
import { CLASSES, classOf } from './classes.ts';
import type { Input, InputClass } from './classes.ts';
import { Broken } from './failure.ts';
import { changedPrototype } from './plain.ts';
import { createRandom, seedOf } from './random.ts';
import { shrink } from './shrink.ts';

export interface Finding {
  readonly seed: number;
  readonly index: number;
  readonly className: string;
  readonly rule: string;
  readonly detail: string;
  readonly text: string;
}

export interface Tally {
  runs: number;
  ms: number;
  slowestMs: number;
  readonly outcomes: Map<string, number>;
}

export interface FuzzResult {
  readonly findings: readonly Finding[];
  readonly classes: ReadonlyMap<string, Tally>;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly from?: number;
  readonly count: number;
  /** Only classes whose name holds this. */
  readonly only?: string;
  /** Draws another input for one with a longer text. */
  readonly maxChars?: number;
  /** Stop after so many findings. */
  readonly maxFindings?: number;
  readonly onProgress?: (done: number) => void;
}

export function fuzz({
  seed,
  from = 0,
  count,
  only,
  maxChars,
  maxFindings = 20,
  onProgress,
}: FuzzOptions): FuzzResult {
  const classes = new Map<string, Tally>(
    CLASSES.map(({ name }) => [name, { runs: 0, ms: 0, slowestMs: 0, outcomes: new Map() }]),
  );
  const findings: Finding[] = [];
  const rules = new Map<string, number>();
  for (let index = from, done = 0; done < count; index += 1, done += 1) {
    const { inputClass, input } = inputOf(seed, index, { only, maxChars });
    const tally = classes.get(inputClass.name)!;
    const start = performance.now();
    const found = run(input);
    const took = performance.now() - start;
    tally.runs += 1;
    tally.ms += took;
    tally.slowestMs = Math.max(tally.slowestMs, took);
    const outcome = found instanceof Broken ? 'broken' : found;
    tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
    if (found instanceof Broken) {
      const known = rules.get(found.rule) ?? 0;
      rules.set(found.rule, known + 1);
      // two examples of one rule are enough to see the cause
      if (known < 2) findings.push(findingOf(found, { seed, index, inputClass, input }));
      if (findings.length >= maxFindings) break;
    }
    if (index % 1000 === 999) onProgress?.(done + 1);
  }
  return { findings, classes };
}

interface Numbered {
  readonly inputClass: InputClass;
  readonly input: Input;
}

export interface Choice {
  readonly only?: string | undefined;
  readonly maxChars?: number | undefined;
}

/** The input of a number: always the same, whatever ran before it. */
export function inputOf(
  seed: number,
  index: number,
  { only, maxChars = Number.POSITIVE_INFINITY }: Choice = {},
): Numbered {
  const random = createRandom(seedOf(seed, index));
  for (;;) {
    const drawn = classOf(random);
    const allowed =
      only === undefined ? CLASSES : CLASSES.filter(({ name }) => name.includes(only));
    const inputClass =
      allowed.includes(drawn) || allowed.length === 0 ? drawn : random.pick(allowed);
    const input = inputClass.make(random);
    if (input.text.length <= maxChars) return { inputClass, input };
  }
}

function run({ text, check }: Input, shown = text): Broken | string {
  try {
    const outcome = check(shown);
    const changed = changedPrototype();
    if (changed !== undefined) throw new Broken('prototypes stay as they are', changed);
    return outcome;
  } catch (error) {
    return error instanceof Broken ? error : new Broken('an oracle throws', String(error));
  }
}

function findingOf(
  { rule, message }: Broken,
  { seed, index, inputClass, input }: Numbered & { readonly seed: number; readonly index: number },
): Finding {
  const text = shrink(input.text, (shorter) => {
    const again = run(input, shorter);
    return again instanceof Broken && again.rule === rule;
  });
  return { seed, index, className: inputClass.name, rule, detail: message, text };
}
