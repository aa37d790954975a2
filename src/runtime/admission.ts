/** By what a submission is admitted: what core works out, with keys that fit into rows. */
import { admissionOf, placementKey } from '../core/queue/admission.ts';
import type { Admission, AdmissionOrder } from '../core/queue/admission.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { Ports } from './ports.ts';

/** Longer keys are kept as their digest. */
const MAX_KEY = 200;

export interface Placed {
  readonly admission: Admission;
  /** Runs with the same one lie together. */
  readonly place?: string;
}

/** Throws what the templates of its keys throw. */
export async function admissionFor(
  { clock, ids, digests }: Pick<Ports, 'clock' | 'ids' | 'digests'>,
  plan: Plan,
  order: Omit<AdmissionOrder, 'now' | 'random'>,
): Promise<Placed> {
  const given = admissionOf(plan, { ...order, now: clock.now(), random: ids.random });
  const short = async <T extends { readonly key: string }>(keyed: T): Promise<T> =>
    keyed.key.length <= MAX_KEY ? keyed : { ...keyed, key: await digests.sha256(keyed.key) };
  const { rate, debounce } = given;
  const admission = {
    ...given,
    lanes: await Promise.all(given.lanes.map(short)),
    ...(rate && { rate: await short(rate) }),
    ...(debounce && { debounce: await short(debounce) }),
  };
  const place = placementKey(plan, admission);
  return { admission, ...(place !== undefined && { place }) };
}
