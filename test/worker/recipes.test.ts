/** The example recipes, run as they lie in the repository. */
import { inject } from 'vitest';
import { beforeAll, describe, expect, it } from 'vitest';
import readability from '../../dist/plugins/readability.json?raw';
import { bodyOf, call, fromBase64, post, putPlugin } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';

const texts = import.meta.glob<string>('../../recipes/*/*', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const read = (name: string, file: string) => texts[`../../recipes/${name}/${file}`]!;
const names = Object.keys(texts)
  .filter((path) => path.endsWith('/recipe.yaml'))
  .map((path) => path.split('/').at(-2)!);

beforeAll(async () => {
  const bytes = fromBase64(inject('guests')['readability']!);
  await bodyOf(await putPlugin('readability', '1.0.0', bytes, readability), 201);
}, 60_000);

describe('recipes/', () => {
  it('holds at least four examples', () => {
    expect(names.length).toBeGreaterThanOrEqual(4);
  });

  it.each(names)('%s compiles without a diagnostic', async (name) => {
    const answer = await call('/v1/validate', {
      method: 'POST',
      body: read(name, 'recipe.yaml'),
      headers: { 'content-type': 'application/yaml' },
    });
    expect(await answer.json()).toEqual({ valid: true, diagnostics: [] });
  });

  it.each(
    names.flatMap(
      (name) =>
        [
          [name, 'durable'],
          [name, 'inline'],
        ] as const,
    ),
  )('%s gives what it promises, %s', async (name, mode) => {
    await bodyOf(
      await call(`/v1/recipes/${name}`, {
        method: 'PUT',
        body: read(name, 'recipe.yaml'),
        headers: { 'content-type': 'application/yaml' },
      }),
      mode === 'durable' ? 201 : 200,
    );
    const inputs: unknown = JSON.parse(read(name, 'inputs.json'));
    const done = await post(`/v1/recipes/${name}/runs`, { inputs, mode }, { prefer: 'wait=30' });
    const { status, result, warnings } = await bodyOf<RunBody>(done, 200);
    expect(status).toBe('completed');
    expect(result).toEqual(JSON.parse(read(name, 'expected.json')));
    expect(warnings).toEqual([]);
  });
});
