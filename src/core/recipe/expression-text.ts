/** Conditions are written bare or inside one `{{ }}`; a plan holds the inner text. */
import type { JsonValue } from '../json.ts';

export interface InnerText {
  readonly text: string;
  /** Where `text` starts in what was written. */
  readonly offset: number;
}

const WRAPPED = /^\s*\{\{-?\s*([\s\S]*?)\s*-?\}\}\s*$/;

export function innerExpression(written: string): InnerText {
  const match = WRAPPED.exec(written);
  const inner = match?.[1];
  if (inner === undefined || inner.includes('{{')) {
    const text = written.trim();
    return { text, offset: written.indexOf(text) };
  }
  return { text: inner, offset: written.indexOf(inner, written.indexOf('{{') + 2) };
}

/** Undefined when there is no condition at all. */
export function conditionText(raw: JsonValue | undefined): string | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw === 'string') return innerExpression(raw).text;
  return typeof raw === 'object' ? undefined : String(raw);
}
