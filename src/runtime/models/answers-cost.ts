/** What the answers of a plan can cost at most, where its models, their prices and their lengths are known before it runs. */
import { isJsonArray } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Asked } from '../../core/recipe/estimate.ts';
import type { Plan } from '../../core/recipe/plan.ts';
import { roundUsd } from '../../core/run/spend.ts';
import { DEFAULT_MODEL, expand, nameOf } from './names.ts';
import type { NamedModel } from './names.ts';
import { priceOf } from './prices.ts';
import type { ModelRules } from './rules.ts';
import { maxTokensOf, USUAL_MAX_TOKENS } from './worst.ts';

/** Null is unknown. What prompts cost is known only when they are there. */
export interface AnswersCost {
  readonly node: string;
  /** In the order in which they are asked; null where only a run knows. */
  readonly models: readonly string[] | null;
  readonly calls: number | null;
  /** Of the longest answer of any of them. */
  readonly maxTokens: number | null;
  readonly usd: number | null;
}

const MILLION = 1_000_000;

export function answersCostOf(
  asked: readonly Asked[],
  { limits }: Pick<Plan, 'limits'>,
  rules: ModelRules,
): readonly AnswersCost[] {
  const isBounded = limits.maxCostUsd !== undefined || limits.maxTokens !== undefined;
  return asked.map(({ node, model, options, calls: counted }) => {
    const written = model ?? rules.models.default ?? DEFAULT_MODEL;
    const models = isOfRun(written) ? undefined : chainOf(node, written, rules);
    // The plan counts a name for a list as one model.
    const named = isJsonArray(written) ? written.length : 1;
    const calls = counted * Math.ceil((models?.length ?? 1) / named);
    const each = models?.map((one) => answerOf(one, { options, rules, isBounded }));
    const tokens = each?.map((one) => one.tokens);
    const usd = each?.map((one) => one.usd);
    const dearest = usd === undefined ? null : most(usd);
    return {
      node,
      models: models?.map(nameOf) ?? null,
      calls: calls === Infinity ? null : calls,
      maxTokens: tokens === undefined ? null : most(tokens),
      usd: dearest === null || calls === Infinity ? null : roundUsd(dearest * calls),
    };
  });
}

/** Templates and references are values of a run. */
function isOfRun(written: JsonValue): boolean {
  return /\{[{%]|"@/.test(JSON.stringify(written));
}

function chainOf(
  id: string,
  written: JsonValue,
  { models: settings }: ModelRules,
): readonly NamedModel[] | undefined {
  try {
    return expand(id, written, { settings, depth: 0 });
  } catch {
    // A name that stands for nothing: the run will say so.
    return undefined;
  }
}

function answerOf(
  model: NamedModel,
  {
    options,
    rules,
    isBounded,
  }: { readonly options: JsonObject; readonly rules: ModelRules; readonly isBounded: boolean },
): { readonly tokens: number | null; readonly usd: number | null } {
  const limit = maxTokensOf({ options: { ...model.options, ...options } });
  const tokens = limit ?? (isBounded ? USUAL_MAX_TOKENS : null);
  const output = priceOf(model, rules.prices)?.output;
  if (output === 0) return { tokens, usd: 0 };
  const isKnown = tokens !== null && output !== undefined;
  return { tokens, usd: isKnown ? (tokens * output) / MILLION : null };
}

/** Unknown when one of them is. */
function most(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length === values.length && known.length > 0 ? Math.max(...known) : null;
}
