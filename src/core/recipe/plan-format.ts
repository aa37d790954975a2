/** Plans of other releases: which of them this one can follow. */
import { ComposerError } from '../errors.ts';
import { PLAN_FORMAT } from './plan.ts';
import type { Plan } from './plan.ts';

/** Of a plan that was stored, by whatever release. */
export function isFollowed({ planFormat }: { readonly planFormat?: unknown }): boolean {
  return planFormat === PLAN_FORMAT;
}

/** `plan_unsupported`, with the format in its message. */
export function unfollowed(run: string, planFormat: unknown): ComposerError {
  return new ComposerError(
    'plan_unsupported',
    `Cannot go on with run "${run}": its plan has format ${String(planFormat)}, and this release follows ${PLAN_FORMAT}`,
  );
}

/** Stands for a plan that cannot be followed, where its run is only shown or ended. */
export function standIn({ name }: Pick<Plan, 'name'>): Plan {
  return {
    planFormat: PLAN_FORMAT,
    name,
    inputs: [],
    graph: { nodes: [], edges: [], entries: [] },
    definitions: {},
    limits: { maxSteps: 1 },
    strict: false,
    recipes: {},
    prompts: {},
    functions: {},
  };
}
