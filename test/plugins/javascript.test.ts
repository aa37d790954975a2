/** Plugins in JavaScript: what they find around them, and how they end. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScriptEngine } from '../../src/runtime/ports/script-engine.ts';
import { loadEngine, packed } from './javascript.ts';

let engine: ScriptEngine;

beforeAll(async () => {
  engine = await loadEngine();
}, 120_000);

const run = async (source: string, input?: string | Uint8Array, config?: Record<string, string>) =>
  (await packed(engine, source)).call('f', input, config);

/** The body of a function `f` without a parameter, as plugins of extism-js are. */
const bare = (body: string) => `export function f() { ${body} }`;

describe('a function with a parameter', () => {
  it.each([
    ['{"a":[1,"é"]}', '{"got":{"a":[1,"é"]}}'],
    ['plain text', '{"got":"plain text"}'],
    ['', '{"got":""}'],
  ])('gets %j, and gives back JSON', async (input, output) => {
    expect(await run('export const f = (got) => ({ got });', input)).toMatchObject({
      code: 'ok',
      text: output,
    });
  });

  it('gives a text as it is, and nothing as nothing', async () => {
    expect((await run('export function f(x) { return `<${x.a}>`; }', '{"a":"語"}')).text).toBe(
      '<語>',
    );
    expect((await run('export function f(x) {}', '{}')).text).toBe('');
    expect((await run('export function f(x) { return null; }', '{}')).text).toBe('null');
    expect((await run('export function f(x) { return 7; }', '{}')).text).toBe('7');
  });

  it('has input and output as its manifest says', async () => {
    const manifest = JSON.stringify({
      name: 'unnamed',
      version: '0.0.0',
      functions: ['json', 'text', 'bytes'].map((type) => ({ id: type, content_type: type })),
    });
    const source =
      'export const json = (x) => x; export const text = (x) => typeof x + x; export const bytes = (x) => x.map((b) => b ^ 255);';
    const plugin = await packed(engine, source, manifest);
    expect((await plugin.call('json', '"1"')).text).toBe('"1"');
    expect((await plugin.call('text', '1')).text).toBe('string1');
    const { reply } = await plugin.call('bytes', Uint8Array.of(0, 254, 128));
    expect(reply.ok && [...reply.value.output]).toEqual([255, 1, 127]);
  });

  it('may wait: for promises, and at the top of a module', async () => {
    const source =
      'const base = await Promise.resolve(40); export async function f(x) { await null; return { n: base + x.n }; }';
    expect((await run(source, '{"n":2}')).text).toBe('{"n":42}');
  });
});

describe('a function without one', () => {
  it('reads and writes by Host, and gives a return code', async () => {
    expect(
      await run(bare('Host.outputString(Host.inputString() + "!"); return 0;'), 'é語'),
    ).toMatchObject({ code: 'ok', text: 'é語!' });
    expect(await run(bare('return 3;'))).toMatchObject({
      code: 'plugin_error',
      text: 'The plugin returned 3',
    });
    expect(await run(bare('return { a: 1 };'))).toMatchObject({ text: '{"a":1}' });
  });

  it('is found in module.exports', async () => {
    const source = 'function f() { Host.outputString("old"); return 0; }\nmodule.exports = { f };';
    expect((await run(source)).text).toBe('old');
  });

  it('may be called by its name alone when the manifest lists it', async () => {
    const manifest = '{"name":"unnamed","version":"0.0.0","functions":[{"id":"f"}]}';
    const plugin = await packed(engine, 'function f(x) { return x; }', manifest);
    expect((await plugin.call('f', '[1]')).text).toBe('[1]');
  });
});

describe('what is there', () => {
  it.each([
    [
      'bytes',
      'const b = new Uint8Array(Host.inputBytes()); Host.outputBytes(b.subarray(2));',
      'éé',
      'é',
    ],
    [
      'base64',
      'Host.outputString(Host.arrayBufferToBase64(Host.inputBytes()) + " " + new Uint8Array(Host.base64ToArrayBuffer("/wA="))[0]);',
      'ab',
      'YWI= 255',
    ],
    [
      'settings',
      'Host.outputString(String([Config.get("a"), Config.get("b"), Config.get("__proto__")]));',
      '',
      'é,,',
    ],
    [
      'variables',
      'Var.set("k", "ü"); const was = Var.getString("k"); Var.delete("k"); Host.outputString(was + Var.getString("k") + new Uint8Array(Var.getBytes("none") ?? []).length);',
      '',
      'ünull0',
    ],
    [
      'text encodings',
      'const e = new TextEncoder().encode("é"); Host.outputString(e.join() + new TextDecoder().decode(e) + new TextDecoder().decode(new Uint8Array([0xff])));',
      '',
      '195,169é\ufffd',
    ],
    [
      'time',
      'Host.outputString(String(Date.now() > 1.7e12 && new Date().getTimezoneOffset() === 0 && performance.now() >= 0));',
      '',
      'true',
    ],
    [
      'chance',
      'const r = Array.from({ length: 200 }, Math.random); Host.outputString(String(new Set(r).size > 190 && r.every((x) => x >= 0 && x < 1)));',
      '',
      'true',
    ],
    [
      'uuids',
      'Host.outputString(String(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())));',
      '',
      'true',
    ],
    ['base64 of the web', 'Host.outputString(btoa("hi") + atob("aGk="));', '', 'aGk=hi'],
    ['lone surrogates, made good', 'Host.outputString("a\\ud800b");', '', 'a\ufffdb'],
  ])('%s', async (_what, body, input, output) => {
    expect((await run(bare(body), input, { a: 'é' })).text).toBe(output);
  });

  it('a console, whose lines go to the log', async () => {
    const { reply } = await run(
      bare(
        'console.log("a", { b: 1 }, [undefined, null]); console.warn(1n); console.error(new Error("bad")); console.debug("d");',
      ),
    );
    expect(reply.ok && reply.value.logs).toEqual([
      { level: 'info', text: 'a {"b":1} [null,null]' },
      { level: 'warn', text: '1' },
      { level: 'error', text: expect.stringMatching(/^Error: bad\n.+plugin\.js:1:\d+/) },
      { level: 'debug', text: 'd' },
    ]);
  });

  it('other chances in each call', async () => {
    const plugin = await packed(
      engine,
      bare('return String(Math.random()) + crypto.randomUUID();'),
    );
    expect((await plugin.call('f')).text).not.toBe((await plugin.call('f')).text);
  });

  it('nothing of a call before', async () => {
    const source =
      'let calls = 0; export function f(x) { globalThis.seen = (globalThis.seen ?? 0) + 1; calls += 1; return [calls, seen, Var.getString("k")]; }';
    const plugin = await packed(engine, source);
    for (let round = 0; round < 3; round += 1) {
      expect((await plugin.call('f', '{}')).text).toBe('[1,1,null]');
    }
  });

  it('no network without a host, and no way to swallow that', async () => {
    for (const body of [
      'Http.request({ url: "https://example.com" }); return 0;',
      'try { Http.request({ url: "https://example.com" }); } catch {} return 0;',
    ]) {
      expect(await run(bare(body))).toMatchObject({ code: 'http_denied' });
    }
    expect(
      await run(
        'export async function f(x) { return (await fetch("https://example.com")).status; }',
        '{}',
      ),
    ).toMatchObject({ code: 'http_denied' });
  });
});

describe('an error', () => {
  it('has the lines of the author’s text', async () => {
    const source =
      '// a plugin\nexport function f(x) {\n  return inner(x);\n}\n\nfunction inner(x) {\n  return x.a.b;\n}\n';
    const { code, text } = await run(source, '{}');
    expect(code).toBe('plugin_error');
    expect(text.split('\n').map((line) => line.trim())).toEqual([
      expect.stringMatching(/^TypeError: .+/),
      expect.stringMatching(/^at inner \(plugin\.js:7:\d+\)$/),
      expect.stringMatching(/^at f \(plugin\.js:3:\d+\)$/),
    ]);
  });

  it.each([
    [
      'a rejection',
      'export async function f(x) { await null; throw new RangeError("late"); }',
      /^RangeError: late\n/,
    ],
    [
      'one at the top',
      'throw new Error("at once"); export function f(x) {}',
      /^Error: at once\n.*plugin\.js:1:/,
    ],
    ['a text', 'export function f(x) { throw "no ü"; }', /^Uncaught no ü$/],
    ['an object', 'export function f(x) { throw { a: 1 }; }', /^Uncaught \{"a":1\}$/],
    ['nothing', 'export function f(x) { throw undefined; }', /^Uncaught undefined$/],
    [
      'one that cannot be shown',
      'export function f(x) { throw { toJSON() { throw 1; } }; }',
      /^Uncaught error that cannot be shown$/,
    ],
    [
      'a promise for ever',
      'export function f(x) { return new Promise(() => {}); }',
      /waits for what never comes/,
    ],
    [
      'what only the engine sees',
      'export function f(x) { return new RegExp("("); }',
      /^SyntaxError: /,
    ],
    ['a regular expression', 'export function f(x) { return /(/; }', /^SyntaxError: /],
    ['a name declared twice', 'let a; let a; export function f(x) {}', /^SyntaxError: /],
    ['JSON that cannot be', 'export function f(x) { return 1n; }', /^TypeError: /],
    ['an import at run time', 'export async function f(x) { return import("fs"); }', /./],
    ['require', 'exports.f = (x) => require("fs");', /^ReferenceError: .*require/],
  ])('ends the call: %s', async (_what, source, message) => {
    const { code, text } = await run(source, '{}');
    expect(code).toBe('plugin_error');
    expect(text).toMatch(message);
  });

  it.each([
    ['a loop', 'for (;;);', 'out_of_fuel'],
    [
      'a loop of promises',
      'const again = () => Promise.resolve().then(again); again(); return 0;',
      'out_of_fuel',
    ],
    ['a loop that catches', 'for (;;) try { for (;;); } catch {}', 'out_of_fuel'],
    ['a regular expression', '/^(a+)+$/.test("a".repeat(40) + "b");', 'out_of_fuel'],
    ['recursion', 'const f = () => f() + 1; f();', /^(?:plugin_error|stack_overflow)$/],
    ['memory', 'const a = []; for (;;) a.push(new Uint8Array(1 << 20));', 'plugin_error'],
    ['a text that doubles', 'let s = "ab"; for (;;) s += s;', 'plugin_error'],
    ['output', 'Host.outputBytes(new Uint8Array(2 << 20));', 'output_too_large'],
    ['variables', 'for (let i = 0; ; i += 1) Var.set("k" + i, "v");', 'var_limit'],
    ['a long name', 'Config.get("k".repeat(300));', 'limit'],
    ['logs', 'for (let i = 0; i < 500; i += 1) console.log("x"); return 0;', 'ok'],
    ['nested JSON', 'JSON.parse("[".repeat(1e6));', /^(?:plugin_error|stack_overflow)$/],
    [
      'globals replaced',
      'JSON.stringify = JSON.parse = String = Map = null; Object.prototype.then = 1; return { a: 1 };',
      /^(?:ok|plugin_error)$/,
    ],
  ])('is the end of too much: %s', async (_what, body, code) => {
    const ended = await run(bare(body));
    if (typeof code === 'string') expect(ended.code).toBe(code);
    else expect(ended.code).toMatch(code);
  });
});

describe('packing', () => {
  const findingsOf = (source: string, manifest?: string) =>
    packed(engine, source, manifest).then(
      () => [],
      (error: Error) =>
        JSON.parse(error.message) as { code: string; line?: number; suggestion?: string }[],
    );
  const manifestOf = (...ids: string[]) =>
    JSON.stringify({ name: 'unnamed', version: '0.0.0', functions: ids.map((id) => ({ id })) });

  it.each([
    ['no function', 'export const a = 1;', 'no_functions'],
    ['no JavaScript', '<html>', 'javascript_syntax'],
    ['an import', 'import a from "a"; export function f() {}', 'javascript_import'],
  ])('refuses %s', async (_what, source, code) => {
    expect(await findingsOf(source)).toMatchObject([{ code }]);
  });

  it('refuses a manifest for what is not exported, and one with faults', async () => {
    expect(
      await findingsOf('export function greet() {}', manifestOf('greet', 'gret')),
    ).toMatchObject([{ code: 'export_missing', suggestion: 'greet' }]);
    expect(
      await findingsOf('export function f() {}', 'name: unnamed\nversion: 0.0.0\nfunktions: []'),
    ).toMatchObject([{ code: 'unknown_key', line: 3 }]);
  });

  it('makes an export for each function, of the engine’s nothing but its memory', async () => {
    const { findings } = await packed(engine, 'export function b() {}\nexport function a() {}');
    expect(findings.info?.exports.map(({ name }) => name)).toEqual(['memory', 'b', 'a']);
    expect(findings.manifest?.functions.map(({ id, content_type }) => [id, content_type])).toEqual([
      ['b', 'auto'],
      ['a', 'auto'],
    ]);
    expect(findings.diagnostics).toEqual([]);
  });

  it('speaks of hosts only to whom sends requests', async () => {
    const manifest = 'name: p\nversion: 1.0.0\nfunctions: [{id: f}]';
    const sends = await packed(engine, 'export const f = (x) => fetch(x);', manifest);
    expect(sends.findings.diagnostics).toMatchObject([{ code: 'no_hosts', severity: 'warning' }]);
    const none = await packed(engine, 'export const f = (x) => x;', manifest);
    expect(none.findings.diagnostics).toEqual([]);
  });

  it('takes 500 KiB, and says what a long text costs in each call', async () => {
    const source = `/* ${'long '.repeat(100_000)} */ export function f(x) { return x; }`;
    const plugin = await packed(engine, source);
    expect((await plugin.call('f', '[1]')).text).toBe('[1]');
    expect(plugin.findings.diagnostics).toMatchObject([
      { code: 'javascript_long', severity: 'warning' },
    ]);
  });

  it('takes what bundlers write of 250 functions', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `f${index}`);
    const plugin = await packed(
      engine,
      names.map((name, index) => `export const ${name} = (x) => ${index};`).join('\n'),
    );
    expect((await plugin.call('f249', '{}')).text).toBe('249');
  });
});
