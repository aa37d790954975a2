/** JavaScript plugins from their upload to a recipe, in workerd. */
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody } from '../support/api-client.ts';

interface Version {
  readonly hash: string;
  readonly upload: string;
  readonly uses_wasi: boolean;
  readonly manifest: { readonly functions: readonly { readonly id: string }[] };
}

const GREETER = `// Greets.
export function greet({ name }) {
  if (name === undefined) throw new TypeError('no name');
  return { greeting: \`Hello, \${name}!\` };
}
`;

const put = (name: string, source: string, version = '1.0.0') =>
  call(`/v1/plugins/${name}/versions/${version}`, {
    method: 'PUT',
    body: source,
    headers: { 'content-type': 'text/javascript' },
  });

const tryOut = (name: string, fn: string, input: unknown) =>
  post(`/v1/plugins/${name}/functions/${fn}/call`, { input });

describe('PUT of JavaScript', () => {
  it('gives a plugin that answers over HTTP and in a recipe', async () => {
    const created = await bodyOf<Version>(await put('greeter', GREETER), 201);
    expect(created.manifest.functions.map(({ id }) => id)).toEqual(['greet']);
    const tried = await tryOut('greeter', 'greet', { name: 'Zoë' });
    expect(await bodyOf(tried, 200)).toMatchObject({
      output: { greeting: 'Hello, Zoë!' },
      fuel: expect.any(Number),
    });
    const greeting = {
      id: 'said',
      type: 'function_task',
      function_identifier: 'greeter.greet@^1.0.0',
      input: { name: '{{ who }}' },
    };
    const recipe = {
      name: 'greets',
      user_inputs: [{ id: 'who', type: 'text' }],
      nodes: [greeting],
    };
    expect((await run(recipe, { who: 'you' })).result).toEqual({
      said: { greeting: 'Hello, you!' },
    });
  });

  it('is told from other uploads by the text', async () => {
    const first = await bodyOf<Version>(await put('twice', GREETER), 201);
    expect((await bodyOf<Version>(await put('twice', GREETER), 200)).upload).toBe(first.upload);
    const other = await bodyOf<ProblemBody>(await put('twice', `${GREETER}// more`), 409);
    expect(other.code).toBe('plugin_exists');
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(GREETER));
    const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
    expect(first.upload).toBe(hex.join(''));
  });

  it('takes a manifest beside it', async () => {
    const manifest = {
      name: 'shouter',
      version: '2.0.0',
      functions: [{ id: 'shout', export: 'loud', content_type: 'text', pure: true }],
    };
    const form = new FormData();
    form.set('module', new Blob(['exports.loud = (text) => text.toUpperCase();']), 'shout.js');
    form.set('manifest', JSON.stringify(manifest));
    const path = '/v1/plugins/shouter/versions/2.0.0';
    await bodyOf(await call(path, { method: 'PUT', body: form }), 201);
    expect(await bodyOf(await tryOut('shouter', 'shout', 'zoë'), 200)).toMatchObject({
      output: 'ZOË',
    });
  });

  it.each([
    ['export function f( {', 'javascript_syntax', 1],
    ['\n\nimport "left-pad";\nexport function f() {}', 'javascript_import', 3],
    ['// nothing', 'no_functions', undefined],
  ])('refuses %j', async (source, code, line) => {
    const refused = await bodyOf<ProblemBody>(await put('refused', source), 422);
    expect(refused.code).toBe('plugin_invalid');
    expect(refused.errors?.[0]?.code).toBe(code);
    expect(refused.errors?.[0]?.line).toBe(line);
  });
});

describe('a call', () => {
  it('that throws names the line of the text', async () => {
    await put('greeter', GREETER);
    const problem = await bodyOf<ProblemBody>(await tryOut('greeter', 'greet', {}), 422);
    expect(problem.code).toBe('plugin_error');
    expect(problem.detail).toMatch(/TypeError: no name\n\s+at greet \(plugin\.js:3:\d+\)/);
  });

  it('that never ends runs out of fuel, and the next one is well', async () => {
    await put('spinner', 'export function spin(x) { for (;;); }\nexport const rest = (x) => x;');
    const spun = await bodyOf<ProblemBody>(await tryOut('spinner', 'spin', {}), 422);
    expect(spun.code).toBe('out_of_fuel');
    expect(await bodyOf(await tryOut('spinner', 'rest', 'well'), 200)).toMatchObject({
      output: 'well',
    });
  });

  it('of many at once keeps their inputs apart', async () => {
    await put('echoes', 'export const echo = async (x) => { await null; return x; };');
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((n) => tryOut('echoes', 'echo', { n })));
    const outputs = await Promise.all(
      answers.map((answer) => bodyOf<{ output: unknown }>(answer, 200)),
    );
    expect(outputs.map(({ output }) => output)).toEqual(numbers.map((n) => ({ n })));
  });
});
