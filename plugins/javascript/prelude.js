/** What a plugin in JavaScript finds around it. Evaluated once, when the engine is built; gives the function that runs a plugin. */
(() => {
  'use strict';
  const { __host: host } = globalThis;
  delete globalThis.__host;

  /** The numbers are those of the table in driver.wat. */
  const OPERATION = {
    inputText: 0,
    inputBytes: 1,
    outputText: 2,
    outputBytes: 3,
    config: 4,
    varGet: 5,
    varSet: 6,
    varDelete: 7,
    log: 8,
    http: 9,
    httpStatus: 10,
    httpHeaders: 11,
    error: 12,
    evaluate: 13,
    head: 14,
    random: 15,
    decode: 16,
    encode: 17,
  };
  const FILE = 'plugin.js';

  // An author may replace what is global; what runs a plugin goes on with what it found.
  const { parse, stringify } = JSON;
  const now = Date.now;

  /** The bytes of a text, an ArrayBuffer or a view, as an ArrayBuffer of their own. */
  function bufferOf(value, what) {
    if (value instanceof ArrayBuffer) return value;
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      return byteLength === buffer.byteLength
        ? buffer
        : buffer.slice(byteOffset, byteOffset + byteLength);
    }
    throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
  }
  const textOf = (value) => String(value).toWellFormed();
  const encode = (text) => host(OPERATION.encode, textOf(text));
  const decode = (buffer) => host(OPERATION.decode, buffer);
  const bytesOf = (value, what) =>
    typeof value === 'string' ? encode(value) : bufferOf(value, what);

  let hasOutput = false;
  const Host = {
    inputString: () => host(OPERATION.inputText),
    inputBytes: () => host(OPERATION.inputBytes),
    outputString(text) {
      hasOutput = true;
      host(OPERATION.outputText, textOf(text));
      return true;
    },
    outputBytes(bytes) {
      hasOutput = true;
      host(OPERATION.outputBytes, bufferOf(bytes, 'Output'));
      return true;
    },
    arrayBufferToBase64(buffer) {
      const bytes = new Uint8Array(buffer);
      let text = '';
      for (let at = 0; at < bytes.length; at += 4096) {
        text += String.fromCharCode(...bytes.subarray(at, at + 4096));
      }
      return btoa(text);
    },
    base64ToArrayBuffer(text) {
      return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0)).buffer;
    },
  };

  const Config = { get: (key) => host(OPERATION.config, textOf(key)) };

  const Var = {
    getBytes: (key) => host(OPERATION.varGet, textOf(key)),
    getString(key) {
      const bytes = Var.getBytes(key);
      return bytes === null ? null : decode(bytes);
    },
    set(key, value) {
      host(OPERATION.varSet, textOf(key), bytesOf(value, 'A variable'));
    },
    delete(key) {
      host(OPERATION.varDelete, textOf(key));
    },
  };

  function send({ url, method = 'GET', headers = {} }, body) {
    const request = stringify({ url: textOf(url), method: textOf(method), headers });
    const hasBody = body !== undefined && body !== null;
    const answer = hasBody
      ? host(OPERATION.http, request, bytesOf(body, 'A body'))
      : host(OPERATION.http, request);
    const status = host(OPERATION.httpStatus);
    return { status, body: answer ?? new ArrayBuffer(0), headers: readHeaders() };
  }

  function readHeaders() {
    const text = host(OPERATION.httpHeaders);
    return text === null ? {} : parse(text);
  }

  const Http = {
    request(request, body) {
      const answer = send(request, body);
      return { ...answer, body: decode(answer.body) };
    },
  };

  /** One set of headers: names in any case, a value that is a list is read as one text. */
  class Headers {
    #values = new Map();
    constructor(init = {}) {
      const entries = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const [name, value] of entries) this.set(name, value);
    }
    get(name) {
      return this.#values.get(String(name).toLowerCase()) ?? null;
    }
    set(name, value) {
      this.#values.set(String(name).toLowerCase(), String(value));
    }
    has(name) {
      return this.#values.has(String(name).toLowerCase());
    }
    [Symbol.iterator]() {
      return this.#values[Symbol.iterator]();
    }
    entries() {
      return this.#values.entries();
    }
  }

  class Response {
    #body;
    constructor({ status, body, headers }, url) {
      this.#body = body;
      Object.assign(this, { status, ok: status >= 200 && status < 300, url });
      this.headers = new Headers(headers);
    }
    async arrayBuffer() {
      return this.#body;
    }
    async bytes() {
      return new Uint8Array(this.#body);
    }
    async text() {
      return decode(this.#body);
    }
    async json() {
      return parse(decode(this.#body));
    }
  }

  async function fetch(url, { method, headers = {}, body } = {}) {
    const plain = Object.fromEntries(new Headers(headers));
    return new Response(send({ url, method, headers: plain }, body), String(url));
  }

  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return describe(value);
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const logger =
    (level) =>
    (...values) => {
      host(OPERATION.log, level, values.map(shown).join(' ').toWellFormed());
    };
  const console = {
    trace: logger(0),
    debug: logger(1),
    log: logger(2),
    info: logger(2),
    warn: logger(3),
    error: logger(4),
  };

  class TextEncoder {
    encoding = 'utf-8';
    encode(text = '') {
      return new Uint8Array(encode(text));
    }
  }

  class TextDecoder {
    #isFatal;
    #keepsMark;
    encoding = 'utf-8';
    constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`There is no encoding "${label}" here`);
      this.#isFatal = fatal;
      this.#keepsMark = ignoreBOM;
    }
    decode(bytes = new ArrayBuffer(0)) {
      const buffer = bufferOf(bytes, 'What is decoded');
      const text = decode(buffer).toWellFormed();
      if (this.#isFatal && !sameBytes(encode(text), buffer)) throw new TypeError('Not UTF-8');
      return !this.#keepsMark && text.startsWith('\ufeff') ? text.slice(1) : text;
    }
  }

  function sameBytes(a, b) {
    if (a.byteLength !== b.byteLength) return false;
    const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
    return left.every((byte, at) => byte === right[at]);
  }

  const crypto = {
    getRandomValues(view) {
      const { buffer, byteOffset, byteLength } = view;
      if (byteLength > 65_536) throw new RangeError('At most 65,536 random bytes at a time');
      new Uint8Array(buffer, byteOffset, byteLength).set(
        new Uint8Array(host(OPERATION.random, byteLength)),
      );
      return view;
    },
    randomUUID() {
      const bytes = new Uint8Array(host(OPERATION.random, 16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
  };

  // The engine's own would go on from the snapshot: the same numbers in every call.
  let chances = [];
  Math.random = () => {
    if (chances.length === 0) {
      const words = new Uint32Array(host(OPERATION.random, 512));
      for (let at = 0; at < words.length; at += 2) {
        chances.push((words[at] * 2 ** 21 + (words[at + 1] >>> 11)) / 2 ** 53);
      }
    }
    return chances.pop();
  };

  const startedAt = { ms: undefined };
  const performance = {
    now() {
      startedAt.ms ??= now();
      return now() - startedAt.ms;
    },
  };

  Object.assign(globalThis, {
    Host,
    Config,
    Var,
    Http,
    http: Http,
    Headers,
    fetch,
    console,
    TextEncoder,
    TextDecoder,
    crypto,
    performance,
    module: { exports: {} },
  });
  globalThis.exports = globalThis.module.exports;

  /** Name, message and the places in the author's file. */
  function describe(error) {
    if (!(error instanceof Error)) {
      const text = typeof error === 'string' ? error : (stringify(error) ?? String(error));
      return `Uncaught ${text}`;
    }
    const places = String(error.stack ?? '')
      .split('\n')
      .filter((line) => line.includes(FILE));
    return [`${error.name}: ${error.message}`, ...places].join('\n');
  }

  let settled = false;
  let code = 0;

  function settle(value) {
    settled = true;
    code = value;
  }

  function giveUp(error) {
    let text = 'Uncaught error that cannot be shown';
    try {
      text = textOf(describe(error));
    } catch {
      // An author's `toString` or `stack` may throw as well.
    }
    host(OPERATION.error, text);
    settle(1);
  }

  function readArgument(type) {
    if (type === 'bytes') return new Uint8Array(Host.inputBytes());
    const text = Host.inputString();
    if (type === 'text') return text;
    if (type === 'json') return text === '' ? undefined : parse(text);
    try {
      return parse(text);
    } catch {
      return text;
    }
  }

  function finish(value, { type, isBare }) {
    if (value === undefined || hasOutput) return settle(typeof value === 'number' ? value | 0 : 0);
    // As plugins of extism-js do: no parameter, and what comes back is the return code.
    if (isBare && typeof value === 'number') return settle(value | 0);
    if (type === 'bytes') Host.outputBytes(value);
    else if (type === 'text' || (type === 'auto' && typeof value === 'string')) {
      Host.outputString(value);
    } else Host.outputString(stringify(value) ?? 'null');
    return settle(0);
  }

  function call(run, name, type) {
    if (typeof run !== 'function') {
      throw new TypeError(`The plugin exports no function "${name}"`);
    }
    const isBare = run.length === 0;
    const value = isBare ? run() : run(readArgument(type));
    const how = { type, isBare };
    if (typeof value?.then !== 'function') return finish(value, how);
    return Promise.resolve(value).then((result) => finish(result, how));
  }

  function start(index) {
    const { isModule, functions } = parse(host(OPERATION.head));
    const [name, type] = functions[index];
    if (!isModule) {
      host(OPERATION.evaluate, 0);
      const { exports } = globalThis.module;
      return call(exports?.[name] ?? globalThis[name], name, type);
    }
    return host(OPERATION.evaluate, 1).then((space) => call(space[name], name, type));
  }

  return (index) => {
    if (index < 0) {
      if (!settled) giveUp(new Error('The function waits for what never comes'));
      return code;
    }
    try {
      start(index)?.then?.(undefined, giveUp);
    } catch (error) {
      giveUp(error);
    }
    return 0;
  };
})();
