/** Calls and replies as frames, and back. */
import { failure, isErrorCode, ok } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import type { Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { PluginReply } from '../../runtime/ports.ts';
import type { GuestCall } from './guest-call.ts';

export function encodeCall(call: GuestCall): Uint8Array<ArrayBuffer> {
  return encodeFrame({ header: { export: call.export, config: call.config }, body: call.input });
}

export function decodeCall(frame: ArrayBuffer): GuestCall | undefined {
  const decoded = decodeFrame(frame);
  if (decoded === undefined) return undefined;
  const { export: name, config } = decoded.header;
  if (typeof name !== 'string' || !isJsonObject(config)) return undefined;
  return { export: name, config: stringsOf(config), input: decoded.body };
}

export function encodeReply(reply: Result<PluginReply>): Uint8Array<ArrayBuffer> {
  if (!reply.ok) {
    const { code, message } = reply.error;
    return encodeFrame({ header: { ok: false, code, message }, body: new Uint8Array(0) });
  }
  const { output, fuel, memoryPages, logs } = reply.value;
  const lines = logs.map(({ level, text }) => ({ level, text }));
  const header = { ok: true, memoryPages, logs: lines, ...(fuel === undefined ? {} : { fuel }) };
  return encodeFrame({ header, body: output });
}

/** `undefined` for what no isolate of ours would say. */
export function decodeReply(frame: ArrayBuffer): Result<PluginReply> | undefined {
  const decoded = decodeFrame(frame);
  if (decoded === undefined) return undefined;
  const { ok: succeeded, code, message, fuel, memoryPages, logs } = decoded.header;
  if (succeeded === false && isErrorCode(code) && typeof message === 'string') {
    return { ok: false, error: failure(code, message) };
  }
  if (succeeded !== true || typeof memoryPages !== 'number' || !isJsonArray(logs)) return undefined;
  return ok({
    output: decoded.body,
    ...(typeof fuel === 'number' ? { fuel } : {}),
    memoryPages,
    logs: logs.flatMap(lineOf),
  });
}

function lineOf(line: JsonValue): { level: string; text: string }[] {
  if (!isJsonObject(line) || typeof line['level'] !== 'string' || typeof line['text'] !== 'string')
    return [];
  return [{ level: line['level'], text: line['text'] }];
}

function stringsOf(object: JsonObject): { readonly [key: string]: string } {
  const entries = Object.entries(object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  // `Object.fromEntries` defines, so a setting named `__proto__` stays one.
  return Object.fromEntries(entries);
}
