/** Times several ways of doing the same, one after the other in turns, so that what disturbs one disturbs all. */
import { median } from './report.ts';

export type Way = () => Promise<unknown>;

/** Medians in milliseconds, by the names of the ways. */
export async function sideBySide<Name extends string>(
  ways: Readonly<Partial<Record<Name, Way>>>,
  { runs, warmUp }: { readonly runs: number; readonly warmUp: number },
): Promise<Partial<Record<Name, number>>> {
  const times = new Map<string, number[]>();
  for (let turn = -warmUp; turn < runs; turn += 1) {
    for (const [name, way] of Object.entries<Way | undefined>(ways)) {
      const startedAt = performance.now();
      await way?.();
      const time = performance.now() - startedAt;
      if (turn >= 0) times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  const medians = [...times].map(([name, all]) => [name, median(all)]);
  // SAFETY: the keys are those of `ways`.
  return Object.fromEntries(medians) as Partial<Record<Name, number>>;
}
