/** Guests in each language that do what the modules of Extism's own corpus do; all must answer alike. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../cli/plugin/languages.ts';
import { composer } from '../cli/composer.ts';

const TEMPLATES = join(import.meta.dirname, '../../plugins/templates');
const SOURCES = join(import.meta.dirname, 'languages');
const FUNCTIONS = [
  'count_vowels',
  'hello',
  'setting',
  'fail',
  'log_all',
  'variables',
  'echo',
  'http_get',
  'loop_forever',
];

interface Answer {
  readonly output?: string;
  readonly logs?: readonly { readonly level: string; readonly text: string }[];
  readonly error?: { readonly code: string; readonly message: string };
}

export function describeLanguage(language: Language): void {
  let desk: string;

  // The template's own files, with other functions.
  beforeAll(async () => {
    desk = mkdtempSync(join(tmpdir(), 'guests-'));
    cpSync(join(TEMPLATES, language), desk, { recursive: true });
    cpSync(join(SOURCES, language), desk, { recursive: true });
    const manifest = {
      name: 'corpus',
      version: '1.0.0',
      capabilities: { hosts: ['*'] },
      functions: FUNCTIONS.map((id) => ({ id, content_type: 'auto' })),
    };
    writeFileSync(join(desk, 'plugin.yaml'), JSON.stringify(manifest));
    const { exit, err } = await composer(desk, ['plugin', 'build']);
    expect(err).toBe('');
    expect(exit).toBe(0);
  }, 120_000);

  afterAll(() => rmSync(desk, { recursive: true, force: true }));

  const call = async (name: string, ...more: string[]): Promise<Answer> => {
    const args = ['plugin', 'call', '.', name, '--json', '--log-level', 'debug', ...more];
    // SAFETY: the command writes this shape.
    return JSON.parse((await composer(desk, args)).out) as Answer;
  };

  it.each([
    ['count_vowels', ['--input', 'hello world'], '{"count":3,"total":3,"vowels":"aeiouAEIOU"}'],
    ['count_vowels', ['--input', 'Ōh, AEIOU'], '{"count":5,"total":5,"vowels":"aeiouAEIOU"}'],
    [
      'count_vowels',
      ['--input', 'hello', '--config', 'vowels=lo'],
      '{"count":3,"total":3,"vowels":"lo"}',
    ],
    ['hello', [], 'Hello, world!'],
    ['setting', ['--input', 'thing', '--config', 'thing=é 語'], 'setting: é 語'],
    ['setting', ['--input', 'other', '--config', 'thing=x'], 'setting: '],
    ['setting', ['--input', '__proto__'], 'setting: '],
    ['variables', ['--input', 'kept ü'], '<kept ü>'],
    ['echo', ['--input', 'höchst — 漢字 👩‍👩‍👧'], 'höchst — 漢字 👩‍👩‍👧'],
    ['echo', ['--input', ''], ''],
  ])(
    '%s %j gives %j',
    async (name, more, output) => {
      expect(await call(name, ...more)).toMatchObject({ output });
    },
    60_000,
  );

  it('echoes much', async () => {
    const input = 'x'.repeat(10_001);
    expect((await call('echo', '--input', input)).output === input).toBe(true);
  }, 60_000);

  it('logs at every level', async () => {
    expect((await call('log_all')).logs).toEqual([
      { level: 'debug', text: 'this is a debug log' },
      { level: 'info', text: 'this is an info log' },
      { level: 'warn', text: 'this is a warn log' },
      { level: 'error', text: 'this is an error log' },
    ]);
  }, 60_000);

  it('sends a request where it may, and nowhere else', async () => {
    const server = createServer((request, answer) => {
      answer.writeHead(request.url === '/found' ? 200 : 404);
      answer.end(`${request.method} ${String(request.headers['x-mine'])} 語`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    // SAFETY: it listens on a port.
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const request = { url: `${base}/found`, method: 'GET', headers: { 'x-mine': 'yes' } };
    const ask = (more: object, ...hosts: string[]) =>
      call(
        'http_get',
        '--input',
        JSON.stringify({ ...request, ...more }),
        ...hosts.flatMap((host) => ['--allow-host', host]),
      );
    expect(await ask({}, base)).toMatchObject({ output: '200 GET yes 語' });
    expect(await ask({ url: `${base}/none` }, base)).toMatchObject({ output: '404 GET yes 語' });
    for (const answer of [
      await ask({}),
      await ask({}, 'example.com'),
      await ask({ url: 'http://127.0.0.1:1/' }, base),
    ]) {
      expect(answer).toMatchObject({ error: { code: 'http_denied' } });
    }
  }, 60_000);

  it('ends with its error, or without fuel, and answers the next call', async () => {
    const { error } = await call('fail');
    expect(error).toMatchObject({ code: 'plugin_error' });
    expect(error?.message).toContain('Some error message');
    expect(await call('loop_forever')).toMatchObject({ error: { code: 'out_of_fuel' } });
    expect(await call('hello')).toMatchObject({ output: 'Hello, world!' });
  }, 60_000);
}
