// @ts-nocheck: AssemblyScript, which is not TypeScript.
/** The host functions that a plugin may import, and what moves bytes to and from them. No package is needed. */

@external("extism:host/env", "input_length") declare function inputLength(): u64;
@external("extism:host/env", "input_load_u8") declare function inputByte(at: u64): u32;
@external("extism:host/env", "input_load_u64") declare function inputWord(at: u64): u64;
@external("extism:host/env", "alloc") declare function alloc(size: u64): u64;
@external("extism:host/env", "length") declare function length(block: u64): u64;
@external("extism:host/env", "load_u8") declare function loadByte(at: u64): u32;
@external("extism:host/env", "load_u64") declare function loadWord(at: u64): u64;
@external("extism:host/env", "store_u8") declare function storeByte(at: u64, byte: u32): void;
@external("extism:host/env", "store_u64") declare function storeWord(at: u64, word: u64): void;
@external("extism:host/env", "output_set") declare function outputSet(block: u64, size: u64): void;
@external("extism:host/env", "error_set") declare function errorSet(message: u64): void;
@external("extism:host/env", "config_get") declare function configGet(key: u64): u64;
@external("extism:host/env", "var_get") declare function varGet(key: u64): u64;
@external("extism:host/env", "var_set") declare function varSet(key: u64, value: u64): void;
@external("extism:host/env", "http_request") declare function httpRequest(request: u64, body: u64): u64;
@external("extism:host/env", "http_status_code") declare function httpStatus(): i32;
@external("extism:host/env", "log_debug") declare function logDebug(message: u64): void;
@external("extism:host/env", "log_info") declare function logInfo(message: u64): void;
@external("extism:host/env", "log_warn") declare function logWarn(message: u64): void;
@external("extism:host/env", "log_error") declare function logError(message: u64): void;

export function input(): ArrayBuffer {
  const size = <i32>inputLength();
  const bytes = new ArrayBuffer(size);
  const start = changetype<usize>(bytes);
  let at = 0;
  for (; at + 8 <= size; at += 8) store<u64>(start + at, inputWord(at));
  for (; at < size; at++) store<u8>(start + at, <u8>inputByte(at));
  return bytes;
}

export function inputText(): string {
  return String.UTF8.decode(input());
}

export function output(bytes: ArrayBuffer): void {
  outputSet(put(bytes), bytes.byteLength);
}

export function outputText(text: string): void {
  output(String.UTF8.encode(text));
}

/** Ends a function with an error: `return fail("…");` */
export function fail(message: string): i32 {
  errorSet(putText(message));
  return 1;
}

/** A setting, or null. */
export function config(key: string): string | null {
  const value = configGet(putText(key));
  return value == 0 ? null : String.UTF8.decode(take(value));
}

/** A variable of this call, or null. */
export function getVar(key: string): ArrayBuffer | null {
  const value = varGet(putText(key));
  return value == 0 ? null : take(value);
}

export function setVar(key: string, value: ArrayBuffer): void {
  varSet(putText(key), put(value));
}

export function removeVar(key: string): void {
  varSet(putText(key), 0);
}

/** `request` is JSON: `{"url": …, "method": …, "headers": {…}}`. Gives the body; `status()` tells the rest. */
export function http(request: string, body: ArrayBuffer | null = null): ArrayBuffer {
  return take(httpRequest(putText(request), body === null ? 0 : put(body)));
}

export function status(): i32 {
  return httpStatus();
}

export namespace log {
  export function debug(message: string): void {
    logDebug(putText(message));
  }
  export function info(message: string): void {
    logInfo(putText(message));
  }
  export function warn(message: string): void {
    logWarn(putText(message));
  }
  export function error(message: string): void {
    logError(putText(message));
  }
}

function putText(text: string): u64 {
  return put(String.UTF8.encode(text));
}

function put(bytes: ArrayBuffer): u64 {
  const size = bytes.byteLength;
  const start = changetype<usize>(bytes);
  const block = alloc(size);
  let at = 0;
  for (; at + 8 <= size; at += 8) storeWord(block + at, load<u64>(start + at));
  for (; at < size; at++) storeByte(block + at, load<u8>(start + at));
  return block;
}

function take(block: u64): ArrayBuffer {
  const size = block == 0 ? 0 : <i32>length(block);
  const bytes = new ArrayBuffer(size);
  const start = changetype<usize>(bytes);
  let at = 0;
  for (; at + 8 <= size; at += 8) store<u64>(start + at, loadWord(block + at));
  for (; at < size; at++) store<u8>(start + at, <u8>loadByte(block + at));
  return bytes;
}

/** What the compiler calls where it gives up; the sandbox has no `env.abort`. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  fail((message === null ? 'aborted' : message) + ' in line ' + line.toString());
  unreachable();
}
