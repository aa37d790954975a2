/** What must hold of every template and expression, whatever its text. */
import { ComposerError, codeOf } from '../../src/core/errors.ts';
import { evaluateTemplate, renderTemplate } from '../../src/core/template/render.ts';
import type { RenderOptions, Scope } from '../../src/core/template/render.ts';
import { parseExpression, parseTemplate } from '../../src/core/template/template.ts';
import type { Template } from '../../src/core/template/template.ts';
import { variablesRead } from '../../src/core/template/variables.ts';
import { Broken, require, timed } from './failure.ts';
import { notPlain } from './plain.ts';
import { PROMPTS } from './scopes.ts';

const FAULTS = new Set([
  'template_syntax',
  'template_too_deep',
  'unknown_filter',
  'unknown_test',
  'unknown_tag',
  'bad_arguments',
]);
const ERRORS = new Set(['template_error', 'template_budget', 'undefined_variable']);
const MAX_MESSAGE = 4000;
const MAX_OUTPUT = 1024 * 1024;

/** Parses as a template and as an expression; evaluates what can be parsed. Gives what happened. */
export function checkTemplate(source: string, scope: Scope): string {
  const outcomes = [
    ['template', parseTemplate],
    ['expression', parseExpression],
  ] as const;
  return outcomes
    .map(([kind, parse]) => {
      const parsed = timed(`parse as ${kind}`, () => parse(source));
      if (!parsed.ok) {
        const { code, offset, message } = parsed.error;
        require(FAULTS.has(code), 'fault code', () => code);
        require(Number.isInteger(offset) &&
          offset >= 0 &&
          offset <= source.length, 'fault offset', () => `${offset} of ${source.length}`);
        require(message.length <= MAX_MESSAGE, 'fault message', () =>
          `${message.length} characters`);
        return code;
      }
      checkReads(parsed.value);
      return evaluateBoth(parsed.value, scope);
    })
    .join(' ');
}

function checkReads(template: Template): void {
  for (const { path, offset } of timed('variablesRead', () => variablesRead(template))) {
    require(Number.isInteger(offset) &&
      offset >= 0 &&
      offset <= template.source.length, 'read offset', () => String(offset));
    require(path.length > 0 &&
      path.every((part) => typeof part === 'string' || typeof part === 'number'), 'read path', () =>
      JSON.stringify(path));
  }
}

function evaluateBoth(template: Template, scope: Scope): string {
  const value = outcomeOf(() => evaluateTemplate(template, optionsOf(scope)), 'evaluate');
  if (value.code === undefined && value.value !== undefined) {
    const why = notPlain(value.value);
    require(why === undefined, 'plain value', () => why ?? '');
  }
  const { isNative } = template;
  const text = outcomeOf(() => renderTemplate(template, optionsOf(scope)), 'render');
  require(text.code !== undefined || typeof text.value === 'string', 'rendered text');
  if (typeof text.value === 'string')
    require(text.value.length <= MAX_OUTPUT, 'output size', () =>
      String(text.value?.toString().length));
  if (!isNative)
    require(value.code === text.code && value.value === text.value, 'renders twice the same');
  return value.code ?? 'value';
}

function optionsOf(scope: Scope): RenderOptions {
  return { scope, now: 1_700_000_000_000, prompts: PROMPTS, onUndefined: () => undefined };
}

interface Outcome {
  readonly value?: unknown;
  readonly code?: string;
}

function outcomeOf(call: () => unknown, rule: string): Outcome {
  return timed(rule, () => {
    try {
      return { value: call() };
    } catch (error) {
      const code = codeOf(error);
      if (!(error instanceof ComposerError) || code === undefined || !ERRORS.has(code)) throw error;
      require(error.message.length <= MAX_MESSAGE, 'error message', () =>
        `${error.message.length} characters`);
      // what the stack's own end is told as; the bounds stand well before it
      if (error.cause instanceof RangeError)
        throw new Broken('native range error', error.cause.message);
      return { code };
    }
  });
}
