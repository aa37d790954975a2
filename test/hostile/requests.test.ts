/** Requests that lie: names, sizes, types, forms and manifests. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, putPlugin } from '../support/api-client.ts';
import { callPlugin, freshName, keepWell, told, upload } from '../support/hostile/api.ts';
import type { Told } from '../support/hostile/api.ts';
import { plugin } from '../support/hostile/plugin.ts';
import { custom, many, op } from '../support/hostile/wasm.ts';

keepWell();

const MODULE = plugin({ run: [] });

async function put(
  body: BodyInit | null,
  headers: Record<string, string> = { 'content-type': 'application/wasm' },
  path = `/v1/plugins/${freshName()}/versions/1.0.0`,
): Promise<Told> {
  return told(await call(path, { method: 'PUT', body, headers }));
}

describe('names in an address', () => {
  it.each([
    '..%2F..%2Fetc%2Fpasswd',
    '..',
    '%2e%2e',
    '%2e%2e%2f',
    '..%5c',
    'a%00',
    '%00',
    'a%0d%0aX-Evil:1',
    '__proto__',
    'constructor%2Fprototype',
    'A',
    '-a',
    'a.b',
    '%F0%9F%92%A5',
    'a%2F..%2Fb',
    '%252e%252e',
    'a'.repeat(65),
    'a'.repeat(5_000),
  ])('%s is no plugin', async (name) => {
    const answer = await put(MODULE, undefined, `/v1/plugins/${name}/versions/1.0.0`);
    expect([404, 405, 422]).toContain(answer.status);
    expect(answer.code).toMatch(/^(plugin_name_invalid|not_found|method_not_allowed)$/);
  });

  it.each([
    '1.0.0%00',
    '..%2f1.0.0',
    '1.0.0%2F..',
    '^1',
    'latest',
    '1',
    '1.0.0-',
    '__proto__',
    `1.0.0-${'9'.repeat(5_000)}`,
  ])('%s is no version', async (version) => {
    const answer = await put(MODULE, undefined, `/v1/plugins/a/versions/${version}`);
    expect(answer).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it.each(['..%2F', '%00', 'a%00b', 'a%2Fb', 'a%20b', 'a'.repeat(129), '%F0%9F%92%A5'])(
    '%s is no function',
    async (fn) => {
      const answer = await callPlugin('well', fn);
      expect([400, 404]).toContain(answer.status);
    },
  );

  it.each(['%', '%zz', '%c0%af', '%ff'])('%s is no address', async (name) => {
    expect([400, 404, 422]).toContain((await callPlugin(name, 'run')).status);
  });

  it("of bundled plugins may have a version of one's own, and no bundled one is replaced", async () => {
    const path = '/v1/plugins/text-tools/versions';
    const { version } = await bodyOf<{ version: string }>(
      await call('/v1/plugins/text-tools'),
      200,
    );
    const bundled = await put(MODULE, undefined, `${path}/${version}`);
    expect(bundled).toMatchObject({ status: 409, code: 'plugin_exists' });
    expect(await put(MODULE, undefined, `${path}/99.0.0`)).toMatchObject({ status: 201 });
    // The other files call the bundled one.
    expect((await call(`${path}/99.0.0`, { method: 'DELETE' })).status).toBe(204);
  });
});

describe('types and encodings', () => {
  it.each([
    'text/html',
    'application/json',
    'application/wasm2',
    '',
    'application/wasm; charset=utf-16',
    'multipart/mixed; boundary=a',
    '*/*',
    'application/x-www-form-urlencoded',
  ])('the type %j is refused', async (type) => {
    const answer = await put(MODULE, type === '' ? {} : { 'content-type': type });
    expect(answer).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x'.repeat(5_000)])(
    'the encoding %s is refused',
    async (encoding) => {
      const headers = { 'content-type': 'application/wasm', 'content-encoding': encoding };
      expect(await put(MODULE, headers)).toMatchObject({
        status: 415,
        code: 'unsupported_encoding',
      });
    },
  );
});

describe('forms', () => {
  const file = (bytes: Uint8Array = MODULE) => new Blob([bytes], { type: 'application/wasm' });
  function form(...parts: readonly (readonly [string, string | Blob])[]): FormData {
    const made = new FormData();
    for (const [name, part] of parts) {
      if (typeof part === 'string') made.append(name, part);
      else made.append(name, part, 'x');
    }
    return made;
  }
  const manifest = '{"name":"a","version":"1.0.0","functions":[{"id":"run"}]}';

  it.each([
    ['without a part', () => form()],
    ['without a module', () => form(['manifest', manifest])],
    ['with two modules', () => form(['module', file()], ['module', file()])],
    [
      'with two manifests',
      () => form(['module', file()], ['manifest', manifest], ['manifest', manifest]),
    ],
    ['with a module as text', () => form(['module', 'text'], ['manifest', manifest])],
    ['with another part', () => form(['module', file()], ['evil', 'x'])],
    ['with a part named "__proto__"', () => form(['module', file()], ['__proto__', 'x'])],
    ['with 1 000 parts', () => form(...many(1_000, ['module', file()] as const))],
    [
      'with a manifest that is not UTF-8',
      () => form(['module', file()], ['manifest', file(Uint8Array.of(0xff, 0xfe))]),
    ],
  ])('%s are refused', async (_, made) => {
    expect(await put(made(), {})).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it.each([
    ['without a boundary', 'multipart/form-data', 'x'],
    ['with a boundary that never comes', 'multipart/form-data; boundary=abc', 'x'.repeat(1_000)],
    [
      'that end in the middle',
      'multipart/form-data; boundary=a',
      '--a\r\nContent-Disposition: form-data; name="module"; filename="x"\r\n\r\nabc',
    ],
    [
      'with a part without a name',
      'multipart/form-data; boundary=a',
      '--a\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--a--\r\n',
    ],
    ['of nothing but lines', 'multipart/form-data; boundary=a', '--a\r\n'.repeat(20_000)],
    [
      'with a header of 100 KB',
      'multipart/form-data; boundary=a',
      `--a\r\nX: ${'x'.repeat(100_000)}\r\n\r\nabc\r\n--a--\r\n`,
    ],
  ])('%s are refused', async (_, type, body) => {
    const answer = await put(body, { 'content-type': type });
    expect(answer).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('with a manifest of 300 KB are refused', async () => {
    const made = form(['module', file()], ['manifest', ' '.repeat(300_000)]);
    expect(await put(made, {})).toMatchObject({ status: 413, code: 'body_too_large' });
  });
});

describe('manifests', () => {
  const HEAD = 'name: NAME\nversion: 1.0.0\nfunctions: [{id: run}]\n';
  const levels = Array.from(
    { length: 30 },
    (_, i) => `x-${i + 1}: &l${i + 1} [${'*l'.concat(`${i},`).repeat(9)}1]`,
  );
  const schema = (text: string) =>
    `name: NAME\nversion: 1.0.0\nfunctions: [{id: run, input: ${text}}]\n`;
  const rows: readonly (readonly [string, string, string])[] = [
    ['that unfold to 9^30 values', `${HEAD}x-0: &l0 [1]\n${levels.join('\n')}`, 'anchor'],
    ['that hold themselves', `${HEAD}x-a: &a [*a]`, 'too_deep'],
    ['with an alias of nothing', `${HEAD}x-a: *b`, 'anchor'],
    ['of 10 000 brackets', '['.repeat(10_000), 'too_deep'],
    ['of 10 000 lists on a line', '- '.repeat(10_000), 'too_deep'],
    [
      'of 20 000 keys',
      HEAD.concat(Array.from({ length: 20_000 }, (_, i) => `x-${i}: 1`).join('\n')),
      'too_large',
    ],
    ['with a key twice', `${HEAD}name: b`, 'duplicate_key'],
    ['with "__proto__"', `${HEAD}__proto__: {polluted: 1}`, 'unknown_key'],
    ['with "constructor"', `${HEAD}constructor: {}`, 'unknown_key'],
    ['with a tag', `${HEAD}x-a: !!js/function "function(){}"`, 'yaml_syntax'],
    ['of two documents', `${HEAD}---\nname: b`, 'yaml_syntax'],
    ['of nothing', '', 'wrong_type'],
    ['that are a list', '- a', 'wrong_type'],
    ['of another plugin', HEAD.replace('NAME', 'other'), 'name_mismatch'],
    ['of another version', HEAD.replace('1.0.0', '2.0.0'), 'version_mismatch'],
    ['of a function that is not there', HEAD.replace('id: run', 'id: walk'), 'export_missing'],
    ['of the fuel counter', HEAD.replace('id: run', 'id: f, export: __fuel'), 'reserved_export'],
    ['of a prototype', HEAD.replace('id: run', 'id: f, export: __proto__'), 'reserved_export'],
    ['of a memory', HEAD.replace('id: run', 'id: f, export: memory'), 'export_missing'],
    ['without functions', HEAD.replace('{id: run}', ''), 'no_functions'],
    [
      'of 257 functions',
      HEAD.replace(
        '{id: run}',
        Array.from({ length: 257 }, (_, i) => `{id: f${i}, export: run}`).join(', '),
      ),
      'invalid_value',
    ],
    ['that ask for more fuel', `${HEAD}limits: {fuel: 200000001}`, 'invalid_value'],
    ['that ask for endless time', `${HEAD}limits: {timeout_ms: .inf}`, 'wrong_type'],
    [
      'that ask for hosts by a pattern',
      `${HEAD}capabilities: {hosts: ["api.*.com"]}`,
      'invalid_value',
    ],
    ['that ask for a user at a host', `${HEAD}capabilities: {hosts: ["a@b.c"]}`, 'invalid_value'],
    [
      'with a schema that leads into itself',
      schema('{$ref: "#/$defs/a", $defs: {a: {$ref: "#/$defs/a"}}}'),
      'schema_reference',
    ],
    [
      'with a schema that leads outside',
      schema('{$ref: "http://169.254.169.254/"}'),
      'schema_reference',
    ],
    ['with an endless expression', schema('{pattern: "^(a+)+$"}'), 'schema_keyword'],
    ['with a schema that grows', schema(doubling(20)), 'schema_too_large'],
    ['with a schema 40 deep', schema(`${'{not: '.repeat(40)}true${'}'.repeat(40)}`), 'too_deep'],
  ];

  it.each(rows)('%s are refused', async (_, text, code) => {
    const name = freshName();
    const answer = await told(await putPlugin(name, '1.0.0', MODULE, text.replace('NAME', name)));
    expect(answer).toMatchObject({ status: 422, code: 'plugin_invalid', finding: code });
  });

  it.each(rows)('%s are refused inside a module too', async (_, text, code) => {
    const name = freshName();
    const bytes = Uint8Array.from([
      ...MODULE,
      ...custom('plugin.yaml', [...new TextEncoder().encode(text.replace('NAME', name))]),
    ]);
    const answer = await told(await putPlugin(name, '1.0.0', bytes));
    expect(answer).toMatchObject({ status: 422, code: 'plugin_invalid', finding: code });
  });

  it('cannot ask for WASI without saying so', async () => {
    const name = freshName();
    const bytes = plugin({ imports: ['fd_close'], run: [...op.i32(0), ...op.call(0), ...op.drop] });
    const answer = await told(await putPlugin(name, '1.0.0', bytes, HEAD.replace('NAME', name)));
    expect(answer).toMatchObject({ code: 'plugin_invalid', finding: 'wasi_not_requested' });
  });

  function doubling(count: number): string {
    const defs = Array.from({ length: count }, (_, i) => {
      const next =
        i + 1 === count
          ? 'true'
          : `{allOf: [{$ref: "#/$defs/d${i + 1}"}, {$ref: "#/$defs/d${i + 1}"}]}`;
      return `d${i}: ${next}`;
    });
    return `{$ref: "#/$defs/d0", $defs: {${defs.join(', ')}}}`;
  }
});

describe('an answer', () => {
  it('never shows where our code lies', async () => {
    const answer = await upload(Uint8Array.of(1, 2, 3));
    expect(JSON.stringify(answer.problem)).not.toMatch(/stack|\.ts|node_modules/);
  });

  it('keeps a long and odd import out of its text', async () => {
    const name = `x\u202e\n${'y'.repeat(4_000)}`;
    const bytes = [...new TextEncoder().encode(name)];
    const text = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
    const entry = [1, ...text, 0, 0, 0];
    const section = [2, (entry.length & 0x7f) | 0x80, entry.length >> 7, ...entry];
    const answer = await upload(
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, ...section]),
    );
    expect(answer).toMatchObject({ finding: 'unknown_import' });
    expect(answer.problem?.detail.length).toBeLessThan(500);
    expect(answer.problem?.detail).not.toContain('\n');
  });
});
