/** From a function reference in a recipe to one version of one plugin. */
import { closest } from 'fastest-levenshtein';
import semver from 'semver';
import { fail, ok } from '../errors.ts';
import type { Result } from '../errors.ts';
import type { PinnedFunction } from '../recipe/plan.ts';
import { asksOf } from './asks.ts';
import type { PluginManifest } from './manifest.ts';

/** A plugin version as the catalog lists it. */
export interface ListedPlugin {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
  readonly bundled: boolean;
  readonly manifest: PluginManifest;
  readonly deprecated?: string;
}

const REFERENCE = /^(?:([a-z0-9][a-z0-9-]*)\.)?([A-Za-z_][\w-]*)(?:@(.+))?$/;

/**
 * Reads `plugin.function`, `plugin.function@range`, or a bare function id that exactly one plugin
 * has. Without a range the newest version wins; pre-releases only where the range names one.
 */
export function findPinned(
  plugins: readonly ListedPlugin[],
  reference: string,
): Result<PinnedFunction> {
  const match = REFERENCE.exec(reference);
  if (match === null) {
    return fail(
      'function_not_found',
      `Cannot read function reference "${reference}": expected "plugin.function"`,
    );
  }
  const [, plugin, id = '', range] = match;
  if (range !== undefined && semver.validRange(range) === null) {
    return fail(
      'function_not_found',
      `Cannot read function reference "${reference}": "${range}" is no version range`,
    );
  }
  const owner = plugin === undefined ? findOwner(plugins, id) : ok(plugin);
  if (!owner.ok) return owner;
  const versions = plugins.filter(({ name }) => name === owner.value);
  if (versions.length === 0) {
    return fail(
      'function_not_found',
      `Cannot find plugin "${owner.value}"${hint(
        owner.value,
        plugins.map(({ name }) => name),
      )}`,
    );
  }
  const chosen = newest(versions, range);
  if (chosen === undefined) {
    return fail(
      'function_not_found',
      `Cannot find a version of plugin "${owner.value}" in "${range ?? '*'}"`,
    );
  }
  return pin(chosen, id);
}

function pin(plugin: ListedPlugin, id: string): Result<PinnedFunction> {
  const found = plugin.manifest.functions.find((each) => each.id === id);
  if (found === undefined) {
    const ids = plugin.manifest.functions.map((each) => each.id);
    return fail(
      'function_not_found',
      `Cannot find function "${id}" in plugin "${plugin.name}@${plugin.version}"${hint(id, ids)}`,
    );
  }
  const { name, version, hash, bundled } = plugin;
  const asks = asksOf(plugin.manifest);
  return ok({
    plugin: name,
    version,
    hash,
    bundled,
    function: id,
    export: found.export,
    contentType: found.content_type,
    pure: found.pure,
    ...(found.description !== undefined &&
      found.description !== '' && { description: found.description }),
    ...(found.batch && { batch: true as const }),
    ...(found.fold && { fold: found.chunk ? 'chunks' : 'items' }),
    ...(asks !== undefined && { asks }),
    ...(found.input !== undefined && { input: found.input }),
    ...(found.output !== undefined && { output: found.output }),
  });
}

function findOwner(plugins: readonly ListedPlugin[], id: string): Result<string> {
  const owners = new Set(
    plugins
      .filter(({ manifest }) => manifest.functions.some((each) => each.id === id))
      .map(({ name }) => name),
  );
  const [owner, ...others] = owners;
  if (owner === undefined) {
    const ids = plugins.flatMap(({ manifest }) => manifest.functions.map((each) => each.id));
    return fail('function_not_found', `Cannot find function "${id}"${hint(id, ids)}`);
  }
  if (others.length > 0) {
    const names = [...owners]
      .toSorted()
      .map((name) => `"${name}.${id}"`)
      .join(', ');
    return fail('function_ambiguous', `Cannot choose function "${id}": write one of ${names}`);
  }
  return ok(owner);
}

function newest(
  versions: readonly ListedPlugin[],
  range: string | undefined,
): ListedPlugin | undefined {
  const valid = versions.filter(({ version }) => semver.valid(version) !== null);
  const inRange = valid.filter(
    ({ version }) => range === undefined || semver.satisfies(version, range),
  );
  const current = inRange.filter(({ deprecated }) => deprecated === undefined);
  // What is deprecated still serves whoever asks for nothing else.
  const usable = current.length > 0 ? current : inRange;
  if (range !== undefined) {
    const best = semver.maxSatisfying(
      usable.map(({ version }) => version),
      range,
    );
    return usable.find(({ version }) => version === best);
  }
  const stable = usable.filter(({ version }) => !version.includes('-'));
  return (stable.length > 0 ? stable : usable).toSorted((a, b) =>
    semver.rcompare(a.version, b.version),
  )[0];
}

function hint(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(given, [...known]);
  return nearest === given ? '' : `: did you mean "${nearest}"?`;
}
