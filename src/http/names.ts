/** The names that paths carry, and what they may be. */
import { ComposerError } from '../core/errors.ts';
import { isVersion } from '../core/plugin/version.ts';

const PART = '[a-z0-9][a-z0-9._-]*';
const RECIPE = new RegExp(`^(?=.{1,128}$)(?!.*\\.\\.)${PART}(?:/${PART})*$`);
const PLUGIN = /^[a-z0-9][a-z0-9-]{0,63}$/;
const FUNCTION = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;
const RUN = /^run_[0-9A-Za-z_-]{1,64}$/;
const PROMPT = /^(?=.{1,128}$)(?!.*\.\.)[\w-][\w-]*(?:[./][\w-]+)*\.(?:jinja2?|j2)$/;
const EVENT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
const SECRET = /^[A-Za-z_]\w{0,99}$/;
const SCHEDULE = /^sch_[0-9A-Za-z_]{1,64}$/;
const FILE = /^[A-Za-z0-9][\w.-]{0,127}$/;

export function recipeName(text: string): string {
  return checked(
    'recipe',
    RECIPE,
    text,
    'lower-case parts of letters, digits, ".", "_" and "-", joined by "/", 128 at most',
  );
}

export function isRecipeName(text: string): boolean {
  return RECIPE.test(text);
}

export function pluginName(text: string): string {
  if (PLUGIN.test(text)) return text;
  throw new ComposerError(
    'plugin_name_invalid',
    `Cannot use "${text.slice(0, 64)}" as a plugin name: it must match ${PLUGIN.source}`,
  );
}

export function functionName(text: string): string {
  return checked('function', FUNCTION, text, 'letters, digits, "_" and "-", 128 at most');
}

export function isSemver(text: string): boolean {
  return isVersion(text);
}

export function semver(text: string): string {
  if (isSemver(text)) return text;
  throw new ComposerError(
    'bad_request',
    `Cannot use "${text.slice(0, 64)}" as a version: it must be a semantic version such as 1.2.3`,
  );
}

export function promptName(text: string): string {
  return checked(
    'prompt',
    PROMPT,
    text,
    'a file name such as "review.jinja", ending in .jinja, .jinja2 or .j2',
  );
}

export const EVENT_RULE = 'must be letters, digits, ".", "_", ":" and "-", 128 at most';

export function isEventName(text: string): boolean {
  return EVENT.test(text);
}

export function eventName(text: string): string {
  return checked('event', EVENT, text, 'letters, digits, ".", "_", ":" and "-", 128 at most');
}

export function secretName(text: string): string {
  return checked('secret', SECRET, text, 'letters, digits and "_", no digit first, 100 at most');
}

/** An id that cannot be one of a run is not found, like one that is not. */
export function runId(text: string): string {
  if (RUN.test(text)) return text;
  throw new ComposerError('run_not_found', `Cannot find run "${text.slice(0, 64)}"`);
}

/** An id that cannot be one of a schedule is not found, like one that is not. */
export function scheduleId(text: string): string {
  if (SCHEDULE.test(text)) return text;
  throw new ComposerError('schedule_not_found', `Cannot find schedule "${text.slice(0, 64)}"`);
}

export function fileId(text: string): string {
  if (FILE.test(text)) return text;
  throw new ComposerError(
    'bad_request',
    `Cannot use "${text.slice(0, 64)}" as the id of a file: it must match ${FILE.source}`,
  );
}

function checked(kind: string, pattern: RegExp, text: string, rule: string): string {
  if (pattern.test(text)) return text;
  throw new ComposerError(
    'bad_request',
    `Cannot use "${text.slice(0, 64)}" as a ${kind} name: it must be ${rule}`,
  );
}
