/** Which models a node may ask, in order: what it names, what an alias stands for, what the tenant allows. */
import { ComposerError, fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { LanguageNode } from '../../core/recipe/plan.ts';
import { lookUpReference, resolve } from '../../core/run/resolve.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import type { ModelSettings } from '../settings/models.ts';

/** Answers offline, so that a recipe without a model runs before any key is set. */
export const DEFAULT_MODEL: JsonObject = { provider: 'mock', model: 'digest' };
const MAX_CHAIN = 20;
const MAX_ALIASES = 8;

export interface NamedModel {
  readonly provider: string;
  readonly model: string;
  /** All else that the author wrote, for the provider. */
  readonly options: JsonObject;
}

export function nameOf({ provider, model }: Pick<NamedModel, 'provider' | 'model'>): string {
  return `${provider}/${model}`;
}

export interface Naming {
  readonly node: Pick<LanguageNode, 'id' | 'model'>;
  readonly step: Active;
  readonly context: ResolveContext;
  /** What the run was started with. It is data, like an item's. */
  readonly runModel?: JsonValue | undefined;
}

/** The item's, else the run's, the node's, the recipe's, the tenant's, the offline one. Throws `model_missing`. */
export function modelsOf(
  { node, step, context, runModel }: Naming,
  settings: ModelSettings,
): Result<readonly NamedModel[]> {
  const written = node.model ?? context.plan.modelConfig ?? settings.default ?? DEFAULT_MODEL;
  const given = itemModel(step) ?? runModel ?? resolve(written, context);
  const chain = expand(node.id, given, { settings, context, depth: 0 });
  const [denied] = chain.filter((model) => !isAllowed(settings, model));
  if (denied !== undefined) {
    return fail(
      'model_denied',
      `Cannot ask "${nameOf(denied)}" for node "${node.id}": the settings do not allow it`,
    );
  }
  return chain.length > 0
    ? ok(chain.slice(0, MAX_CHAIN))
    : fail('model_missing', `Cannot answer node "${node.id}": it names no model`);
}

/** An item names its own model. It is data: no template in it is rendered. */
function itemModel({ item }: Active): JsonValue | undefined {
  return isJsonObject(item?.item) ? ownProperty(item.item, 'model_override') : undefined;
}

export interface Names {
  readonly settings: ModelSettings;
  /** Of a run; before it there are no references to look up. */
  readonly context?: ResolveContext;
  /** Aliases may stand for aliases, so many deep. */
  readonly depth: number;
}

export function expand(id: string, value: JsonValue, names: Names): NamedModel[] {
  if (isJsonArray(value)) return value.flatMap((each) => expand(id, each, names));
  if (typeof value === 'string' && value.startsWith('@') && names.context !== undefined)
    return expand(id, lookUpReference(value, names.context), names);
  const alias = aliasOf(value, names.settings);
  if (alias === undefined || names.depth >= MAX_ALIASES) return [modelOf(id, value)];
  const models = expand(id, alias.value, { ...names, depth: names.depth + 1 });
  return models.map((model) => ({ ...model, options: { ...model.options, ...alias.options } }));
}

/** `fast`, or `{model: fast, temperature: 0}`, where the tenant has set what `fast` is. */
function aliasOf(
  value: JsonValue,
  { aliases }: ModelSettings,
): { readonly value: JsonValue; readonly options: JsonObject } | undefined {
  const read = (name: JsonValue | undefined) =>
    typeof name === 'string' ? ownProperty(aliases, name) : undefined;
  if (!isJsonObject(value)) {
    const meant = read(value);
    return meant === undefined ? undefined : { value: meant, options: {} };
  }
  const { model, provider, ...options } = value;
  const meant = provider === undefined ? read(model) : undefined;
  return meant === undefined ? undefined : { value: meant, options };
}

function modelOf(id: string, value: JsonValue): NamedModel {
  if (typeof value === 'string') return fromText(id, value, {});
  if (isJsonObject(value)) {
    const { provider, model, ...options } = value;
    if (typeof model === 'string' && provider === undefined) return fromText(id, model, options);
    if (typeof provider === 'string' && (typeof model === 'string' || model === undefined))
      return { provider, model: model ?? '', options };
  }
  throw unknownModel(id, value);
}

function fromText(id: string, text: string, options: JsonObject): NamedModel {
  const [provider = '', ...rest] = text.split('/');
  if (rest.length === 0) throw unknownModel(id, text);
  return { provider, model: rest.join('/'), options };
}

function unknownModel(id: string, value: JsonValue): ComposerError {
  const shown = JSON.stringify(value).slice(0, 200);
  return new ComposerError(
    'model_missing',
    `Cannot use model ${shown} of node "${id}": expected "provider/model", {provider, model}, or an alias of the settings`,
  );
}

/** `openai/*` allows all of a provider; `mock` is always allowed. */
function isAllowed({ allow }: ModelSettings, model: NamedModel): boolean {
  if (allow === undefined || model.provider === 'mock') return true;
  const name = nameOf(model);
  return allow.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
