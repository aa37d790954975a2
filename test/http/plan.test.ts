import { describe, expect, it } from 'vitest';
import { makeApi } from '../support/http/api.ts';

describe('GET /schemas/recipe.v1.json', () => {
  it('gives the schema of the language, to be kept', async () => {
    const response = await makeApi().request('/schemas/recipe.v1.json');
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('application/schema+json');
    expect(response.headers.get('Cache-Control')).toMatch(/^public, max-age=\d+, immutable$/);
    expect(await response.json()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
    });
  });

  it('leaves everything else out of caches', async () => {
    const response = await makeApi().request('/v1/recipes');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });
});
