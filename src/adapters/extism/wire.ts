/** Calls and their replies as frames, and back. */
import { failure, isErrorCode, ok } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import { decodeFrame, encodeFrame } from '../../runtime/frame.ts';
import type { Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { CallLimits } from '../../core/plugin/asks.ts';
import type { Frame } from '../../runtime/frame.ts';
import type { PluginReply } from '../../runtime/ports.ts';
import type { TurnReplies } from './call-in-turn.ts';
import type { GuestCall } from './guest-call.ts';

/** A call on its way into an isolate, which has the way out that goes with its network. */
export type WireCall = Omit<GuestCall, 'send'> & { readonly network?: unknown };

export function encodeCalls(calls: readonly WireCall[]): Uint8Array<ArrayBuffer> {
  const list = calls.map(({ export: name, config, input, limits, wasi, network }) => ({
    export: name,
    config,
    size: input.length,
    ...(limits !== undefined && { limits: { ...limits } as JsonObject }),
    ...(wasi === false && { wasi }),
    ...(network !== undefined && { network: true }),
  }));
  return encodeFrame(
    { list },
    calls.map(({ input }) => input),
  );
}

export function decodeCalls(frame: ArrayBuffer): readonly WireCall[] | undefined {
  return decodeList(
    decodeFrame(frame),
    ({ export: name, config, limits, wasi, network }, input) => {
      if (typeof name !== 'string' || !isJsonObject(config)) return undefined;
      return {
        export: name,
        config: stringsOf(config),
        input,
        ...(limits !== undefined && isJsonObject(limits) && { limits: numbersOf(limits) }),
        ...(wasi === false && { wasi }),
        ...(network === true && { network }),
      };
    },
  );
}

/** The replies to the first calls of a request: an isolate may leave the rest to another one. */
export function encodeReplies({ replies, pages }: TurnReplies): Uint8Array<ArrayBuffer> {
  const parts = replies.map((reply) => (reply.ok ? reply.value.output : new Uint8Array(0)));
  const list = replies.map((reply, i): JsonObject => {
    const size = parts[i]?.length ?? 0;
    if (!reply.ok) {
      const { code, message } = reply.error;
      return { ok: false, code, message, size };
    }
    const { fuel, memoryPages, logs } = reply.value;
    const lines = logs.map(({ level, text }) => ({ level, text }));
    return { ok: true, memoryPages, logs: lines, size, ...(fuel !== undefined && { fuel }) };
  });
  return encodeFrame({ list, pages }, parts);
}

/** `undefined` for what no isolate of ours would say. */
export function decodeReplies(frame: ArrayBuffer): TurnReplies | undefined {
  const decoded = decodeFrame(frame);
  const pages = decoded?.header['pages'];
  if (decoded === undefined || !isSize(pages)) return undefined;
  const replies = decodeList(decoded, (entry, output): Result<PluginReply> | undefined => {
    const { ok: succeeded, code, message, fuel, memoryPages, logs } = entry;
    if (succeeded === false && isErrorCode(code) && typeof message === 'string') {
      return { ok: false, error: failure(code, message) };
    }
    if (succeeded !== true || typeof memoryPages !== 'number' || !isJsonArray(logs))
      return undefined;
    return ok({
      output,
      ...(typeof fuel === 'number' ? { fuel } : {}),
      memoryPages,
      logs: logs.flatMap(lineOf),
    });
  });
  return replies && { replies, pages };
}

/** Every entry with its bytes; `undefined` unless all of them are whole and no byte is left over. */
function decodeList<T>(
  decoded: Frame | undefined,
  read: (entry: JsonObject, bytes: Uint8Array) => T | undefined,
): readonly T[] | undefined {
  const entries = decoded?.header['list'];
  if (decoded === undefined || entries === undefined || !isJsonArray(entries)) return undefined;
  const { body } = decoded;
  const list: T[] = [];
  let at = 0;
  for (const entry of entries) {
    const size = isJsonObject(entry) ? entry['size'] : undefined;
    if (!isJsonObject(entry) || !isSize(size) || at + size > body.length) return undefined;
    const value = read(entry, body.subarray(at, at + size));
    if (value === undefined) return undefined;
    list.push(value);
    at += size;
  }
  return at === body.length ? list : undefined;
}

function isSize(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function lineOf(line: JsonValue): { level: string; text: string }[] {
  if (!isJsonObject(line) || typeof line['level'] !== 'string' || typeof line['text'] !== 'string')
    return [];
  return [{ level: line['level'], text: line['text'] }];
}

function numbersOf(object: JsonObject): CallLimits {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => typeof value === 'number'),
  );
}

function stringsOf(object: JsonObject): { readonly [key: string]: string } {
  const entries = Object.entries(object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  // `Object.fromEntries` defines, so a setting named `__proto__` stays one.
  return Object.fromEntries(entries);
}
