/** An answer's body as a JSON value: parsed, as text, or as base64 when it is neither. */
import { parseJson } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { EgressReply } from '../ports.ts';

export interface Answer {
  readonly body: JsonValue;
  readonly isJson: boolean;
  readonly isBase64: boolean;
  /** The content type without parameters, in lower case; empty when there is none. */
  readonly type: string;
}

const TEXT =
  /^(?:text\/.*|.*\+xml|application\/(?:xml|javascript|ecmascript|yaml|toml|x-yaml|x-www-form-urlencoded|x-ndjson|jsonl|graphql|sql))$/;
const JSON_TYPE = /^(?:application\/json|text\/json|.*\+json)$/;

/** `isJson`: read as JSON whatever it says it is, for hosts that call it text. */
export function readAnswer(reply: EgressReply, { isJson }: { readonly isJson: boolean }): Answer {
  const [given = '', ...parameters] = (headerOf(reply, 'content-type') ?? '').split(';');
  const type = given.trim().toLowerCase();
  const { body: bytes } = reply;
  const about = { isJson: false, isBase64: false, type };
  if (isJson || JSON_TYPE.test(type)) {
    // JSON is UTF-8, whatever a parameter says.
    const text = decode(bytes, 'utf-8', false) ?? '';
    const parsed = parseJson(text);
    return parsed === undefined
      ? { ...about, body: text === '' ? null : text }
      : { ...about, body: parsed.value, isJson: true };
  }
  if (bytes.length === 0) return { ...about, body: TEXT.test(type) ? '' : null };
  const text = TEXT.test(type)
    ? decode(bytes, charsetOf(parameters), false)
    : type === ''
      ? decode(bytes, 'utf-8', true)
      : undefined;
  if (text !== undefined) return { ...about, body: text };
  return { ...about, body: toBase64(bytes), isBase64: true };
}

/** The first header of a name in lower case. */
export function headerOf({ headers }: EgressReply, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

function charsetOf(parameters: readonly string[]): string {
  for (const parameter of parameters) {
    const match = /^\s*charset\s*=\s*"?([\w:.-]+)"?\s*$/i.exec(parameter);
    if (match?.[1] !== undefined) return match[1];
  }
  return 'utf-8';
}

function decode(bytes: Uint8Array, charset: string, fatal: boolean): string | undefined {
  try {
    return new TextDecoder(charset, { fatal, ignoreBOM: false }).decode(bytes);
  } catch {
    // A charset that is not known, or bytes that are not of it.
    return undefined;
  }
}

const PIECE = 0x2000;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}
