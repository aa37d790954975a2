import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildScriptEngine } from '../../scripts/build-script-engine.mjs';
import { describeTemplate } from '../support/plugin-template.ts';
import { composer, folderOf } from './composer.ts';

beforeAll(async () => {
  await buildScriptEngine();
}, 120_000);

describe('the template in AssemblyScript', () => describeTemplate('assemblyscript'));
describe('the template in JavaScript', () => describeTemplate('javascript'));

const MANIFEST = `name: tools
version: 1.0.0
functions:
  - {id: shout, content_type: text}
  - {id: fail}
  - {id: log}
  - {id: setting, content_type: auto}
`;
const SOURCE = `export const shout = (text) => text.toUpperCase();
export function fail() {
  throw new Error('on purpose');
}
export function log(x) { console.debug('quiet'); console.warn('loud \\u001b[31m'); return x; }
export const setting = (name) => Config.get(name);
`;
const tools = (files = {}) => folderOf({ 'plugin.js': SOURCE, 'plugin.yaml': MANIFEST, ...files });

describe('composer plugin new', () => {
  it.each([
    [['new']],
    [['new', 'a']],
    [['new', 'a', '--lang', 'go']],
    [['new', 'A', '--lang', 'c']],
    [['new', '../a', '--lang', 'c']],
    [['new', 'a/b', '--lang', 'c']],
    [['new', '__proto__', '--lang', 'c']],
    [['new', 'a', 'b', '--lang', 'c']],
    [['new', 'taken', '--lang', 'c']],
    [['new', 'file', '--lang', 'c']],
  ])('ends %j with 2', async (args) => {
    const desk = folderOf({ 'taken/x': '', file: '' });
    expect(await composer(desk, ['plugin', ...args])).toMatchObject({ exit: 2, out: '' });
  });

  it('takes a folder that is empty', async () => {
    const args = ['plugin', 'new', 'a', '--lang', 'javascript'];
    const desk = folderOf({});
    await composer(desk, args);
    expect((await composer(desk, args)).exit).toBe(2);
  });
});

describe('composer plugin', () => {
  it.each([
    [[]],
    [['bulid']],
    [['build', 'none']],
    [['build', '.', '.']],
    [['inspect', 'none.wasm']],
    [['inspect', '--format', 'xml']],
    [['inspect', 'plugin.js', '--manifest', 'none.yaml']],
    [['call', '.']],
    [['call', '.', 'shuot']],
    [['call', '.', 'toString']],
    [['call', '.', 'shout', '--loop', '0']],
    [['call', '.', 'shout', '--log-level', 'loud']],
    [['call', '.', 'shout', '--config', 'key']],
    [['call', '.', 'shout', '--config', '=value']],
    [['call', '.', 'shout', '--input', 'a', '--stdin']],
    [['call', '.', 'shout', '--fast']],
    [['call', '.', 'shout', '--allow-host', 'a b']],
    [['call', '.', 'shout', '--allow-host', 'https://example.com']],
    [['test']],
    [['push', '--server', 'ftp://example.com']],
    [['push', '--server', 'http://127.0.0.1:1']],
  ])('ends %j with 2', async (args) => {
    const ran = await composer(tools(), ['plugin', ...args]);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    expect(ran.err).not.toBe('');
  });

  it('says which folder is not built', async () => {
    const desk = folderOf({ 'p/plugin.yaml': MANIFEST, 'p/plugin.c': '' });
    const { exit, err } = await composer(desk, ['plugin', 'call', 'p', 'shout']);
    expect([exit, err]).toEqual([2, expect.stringContaining('composer plugin build p')]);
  });
});

describe('composer plugin call', () => {
  const call = (args: readonly string[], look = {}) =>
    composer(tools(), ['plugin', 'call', '.', ...args], look);

  it('writes the output, and the figures beside it', async () => {
    const { exit, out, err } = await call(['shout', '--input', 'zoë']);
    expect([exit, out]).toEqual([0, 'ZOË\n']);
    expect(err).toMatch(/^memory \d+ of 1,024 pages of 64 KiB$/m);
    expect(err).toMatch(/^output 4 bytes of 1,024 KiB$/m);
  });

  it('reads the standard input', async () => {
    const readIn = async () => new TextEncoder().encode('piped');
    expect((await call(['shout', '--stdin'], { readIn })).out).toBe('PIPED\n');
  });

  it('gives settings', async () => {
    const args = [
      'setting',
      '--input',
      '__proto__',
      '--config',
      'a=1',
      '--config',
      '__proto__=x=y',
    ];
    expect((await call(args)).out).toBe('x=y\n');
  });

  it('ends with 1 when the function fails, and shows the place', async () => {
    const { exit, out, err } = await call(['fail']);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toMatch(/^plugin_error: Error: on purpose\n +at fail \(plugin\.js:3:\d+\)\n$/);
  });

  it('shows the log from a level on, and lets nothing of it steer the terminal', async () => {
    const { err } = await call(['log', '--input', '1']);
    expect(err).toContain('warn: loud');
    expect(err).not.toContain('quiet');
    expect(err).not.toContain('\u001b');
    expect((await call(['log', '--input', '1', '--log-level', 'debug'])).err).toContain('quiet');
    expect((await call(['log', '--input', '1', '--log-level', 'off'])).err).not.toContain('loud');
  });

  it('says all of it as JSON', async () => {
    const { out } = await call(['log', '--input', '[1]', '--json', '--loop', '3']);
    expect(JSON.parse(out)).toMatchObject({
      output: '[1]',
      logs: [{ level: 'warn' }],
      fuel: expect.any(Number),
      memory_pages: expect.any(Number),
    });
    expect(JSON.parse((await call(['fail', '--json'])).out)).toMatchObject({
      error: { code: 'plugin_error' },
    });
  });

  it('calls any export of a module that has no manifest', async () => {
    const desk = folderOf({ 'a.js': SOURCE });
    const { out } = await composer(desk, ['plugin', 'call', 'a.js', 'shout', '--input', 'hi']);
    expect(out).toBe('HI\n');
  });
});

describe('composer plugin inspect', () => {
  it('shows what is wrong, in the text or in the manifest', async () => {
    const bad = tools({ 'plugin.js': 'export const shout = (text) => ;' });
    const ran = await composer(bad, ['plugin', 'inspect']);
    expect(ran.exit).toBe(1);
    expect(ran.err).toMatch(/plugin\.js:1:32 error .* \[javascript_syntax\]\n.*export const shout/);
    const odd = tools({ 'plugin.yaml': `${MANIFEST}funktions: []\n` });
    expect((await composer(odd, ['plugin', 'inspect'])).err).toMatch(
      /^plugin\.yaml:8:1 error .* \[unknown_key\]$/m,
    );
  });

  it('names the byte of a module that is none', async () => {
    const desk = folderOf({ 'a.wasm': new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99, 0]) });
    const { exit, err } = await composer(desk, ['plugin', 'inspect', 'a.wasm']);
    expect([exit, err]).toEqual([1, expect.stringMatching(/at byte 8 \[unknown_section\]/)]);
  });

  it('says all of it as JSON', async () => {
    const { out } = await composer(tools(), ['plugin', 'inspect', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      valid: true,
      diagnostics: [],
      info: { usesWasi: true },
      manifest: { name: 'tools', functions: [{ id: 'shout', content_type: 'text' }, {}, {}, {}] },
    });
  });
});

describe('composer plugin test', () => {
  const run = (cases: unknown) =>
    composer(tools({ 'cases.json': JSON.stringify(cases) }), ['plugin', 'test']);

  it('ends with 1 when a case fails, and says how', async () => {
    const { exit, out } = await run([
      { function: 'shout', input: 'a', output: 'A' },
      { function: 'fail', input: {}, error: 'plugin_error' },
      { name: 'wrong', function: 'shout', input: 'a', output: 'B' },
      { function: 'shout', input: 'a', error: 'trap' },
      { function: 'fail', input: {}, output: 1 },
      { function: 'none', input: 1, output: 1 },
    ]);
    expect(exit).toBe(1);
    expect(out).toContain('FAIL wrong\n     gave "A", and not "B"\n');
    expect(out).toContain('2 passed, 4 failed');
  });

  it.each([[[]], [{}], [[{ function: 'shout' }]], [[{ function: 'a', input: 1, otput: 1 }]]])(
    'ends with 2 for %j',
    async (cases) => {
      expect((await run(cases)).exit).toBe(2);
    },
  );
});

describe('composer plugin push', () => {
  interface Received {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  /** A server that answers all alike, and what it received. */
  async function serve(status: number, answer: unknown, headers = {}) {
    const received: Received[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { method, url } = request;
        received.push({ method, url, headers: request.headers, body: body.toString() });
        response.writeHead(status, headers).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    // SAFETY: it listens on a port.
    return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  const STORED = { name: 'tools', version: '1.0.0', hash: 'abcdef0123456789' };

  it('sends the text with its manifest, under the key', async () => {
    const { url, received } = await serve(201, STORED);
    const look = { env: { EC_KEY: 'secret', EC_SERVER: url } };
    const { exit, out } = await composer(tools(), ['plugin', 'push'], look);
    expect([exit, out]).toEqual([0, 'tools@1.0.0: stored (abcdef012345)\n']);
    expect(received).toMatchObject([
      {
        method: 'PUT',
        url: '/v1/plugins/tools/versions/1.0.0',
        headers: { authorization: 'Bearer secret' },
        body: expect.stringContaining(SOURCE),
      },
    ]);
    expect(received[0]!.body).toContain('Content-Type: text/javascript');
    expect(received[0]!.body).toContain(MANIFEST);
  });

  it('prefers the options to the environment, and names a file without a manifest', async () => {
    const { url, received } = await serve(200, STORED);
    const desk = folderOf({ 'my_tools.js': SOURCE });
    const args = ['push', 'my_tools.js', '--server', url, '--key', 'mine', '--version', '2.0.0'];
    const look = { env: { EC_KEY: 'other', EC_SERVER: 'http://127.0.0.1:1' } };
    const { out } = await composer(desk, ['plugin', ...args], look);
    expect(out).toContain('is there already');
    expect(received[0]).toMatchObject({
      url: '/v1/plugins/my-tools/versions/2.0.0',
      headers: { authorization: 'Bearer mine' },
    });
    const unnamed = await composer(desk, ['plugin', 'push', 'my_tools.js', '--server', url]);
    expect(unnamed.exit).toBe(2);
  });

  it.each([
    [409, { code: 'plugin_exists', detail: 'taken' }, 1],
    [
      422,
      {
        code: 'plugin_invalid',
        detail: 'no',
        errors: [{ code: 'x', severity: 'error', detail: 'why', pointer: '' }],
      },
      1,
    ],
    [401, { code: 'unauthorized', detail: 'who are you' }, 2],
    [500, { nonsense: true }, 2],
    [302, {}, 2],
  ])('a server that says %i %j: ends with %i', async (status, answer, exit) => {
    const { url } = await serve(status, answer, { location: 'http://127.0.0.1:1/' });
    const ran = await composer(tools(), ['plugin', 'push', '--server', url, '--key', 'secret']);
    expect(ran).toMatchObject({ exit, out: '' });
    expect(ran.err).not.toContain('secret');
  });

  it('does not send what the server would refuse', async () => {
    const { url, received } = await serve(201, STORED);
    const desk = tools({ 'plugin.js': 'export const shout = 1 +;' });
    expect((await composer(desk, ['plugin', 'push', '--server', url])).exit).toBe(1);
    expect(received).toEqual([]);
  });
});
