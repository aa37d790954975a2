import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { createServices } from '../../src/runtime/services.ts';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';

/** The app with the compiler itself behind it. */
function makeApp() {
  const services = createServices(makeApi().services.ports);
  const app = createApp({ services, settings: LOOPBACK });
  return async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.request(path, {
      ...init,
      headers: { host: 'localhost:8787', 'Content-Type': 'application/yaml' },
    });
}

const RECIPE = `
name: demo
user_inputs: [{id: docs, type: json}]
nodes:
  - {id: ask, type: language_task, prompt: hi, description: Asks}
  - {id: each, type: map, over: docs, task: {type: language_task, prompt: "{{ item }}"}}
edges:
  - START to ask
  - ask to each if ask == 'yes'
  - each to END
`;
const BROKEN = 'name: demo\nnodes: [{id: a, type: agent}]\n';

const post = (body: string) => ({ method: 'POST', body });

describe('POST /v1/plan', () => {
  it('gives the graph, the critical path and the worst case', async () => {
    const response = await makeApp()('/v1/plan', post(RECIPE));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      valid: true,
      diagnostics: [],
      plan_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      graph: {
        nodes: [
          { id: 'ask', type: 'language_task', output: 'ask', description: 'Asks', max_visits: 1 },
          {
            id: 'each',
            type: 'map',
            task: { type: 'language_task' },
            output: 'each',
            max_visits: 1,
          },
        ],
        edges: [
          { from: 'ask', to: 'each', condition: "ask == 'yes'", back: false },
          { from: 'each', to: 'END', back: false },
        ],
        entries: ['ask'],
      },
      critical_path: ['ask', 'each'],
      worst_case: {
        steps: 2,
        calls_by_type: { language_task: null },
        max_model_calls: null,
        unbounded: [
          {
            node: 'each',
            code: 'map_at_run_time',
            detail: expect.any(String),
            per_item: { calls_by_type: { language_task: 3 }, max_model_calls: 3 },
          },
        ],
      },
      answers: {
        max_cost_usd: null,
        nodes: [
          { node: 'ask', models: ['mock/digest'], calls: 3, max_tokens: null, max_cost_usd: 0 },
          {
            node: 'each/task',
            models: ['mock/digest'],
            calls: null,
            max_tokens: null,
            max_cost_usd: null,
          },
        ],
      },
    });
  });

  it('draws the graph', async () => {
    const response = await makeApp()('/v1/plan?format=mermaid', post(RECIPE));
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain(`n0 -->|"ask == 'yes'"| n1\n`);
  });

  it('answers for a recipe with errors with what is wrong', async () => {
    const request = makeApp();
    const told = await request('/v1/plan', post(BROKEN));
    expect([told.status, await told.json()]).toMatchObject([
      200,
      { valid: false, diagnostics: [{ code: 'unknown_type', line: 2, column: 23 }] },
    ]);
    const drawn = await request('/v1/plan?format=mermaid', post(BROKEN));
    expect(drawn.status).toBe(422);
    expect(await problemOf(drawn)).toMatchObject({
      code: 'recipe_invalid',
      errors: [{ code: 'unknown_type', line: 2 }],
    });
  });

  it('takes warnings for errors when asked to', async () => {
    const request = makeApp();
    const text = `${RECIPE}colour: red\n`;
    expect(await (await request('/v1/plan', post(text))).json()).toMatchObject({ valid: true });
    expect(await (await request('/v1/plan?strict=true', post(text))).json()).toMatchObject({
      valid: false,
      diagnostics: [{ code: 'unknown_key', severity: 'error' }],
    });
  });

  it.each(['?format=svg', '?shape=round'])('refuses %s', async (query) => {
    const response = await makeApp()(`/v1/plan${query}`, post(RECIPE));
    expect([response.status, (await problemOf(response)).code]).toEqual([400, 'bad_request']);
  });
});

describe('GET /v1/recipes/{name}/graph', () => {
  it('gives the same for a stored recipe, in any of its versions', async () => {
    const request = makeApp();
    await request('/v1/recipes/a%2Fb', { method: 'PUT', body: RECIPE });
    await request('/v1/recipes/a%2Fb', {
      method: 'PUT',
      body: RECIPE.replace('each to END', 'ask to END'),
    });
    const newest = await request('/v1/recipes/a%2Fb/graph');
    expect(newest.status).toBe(200);
    expect(await newest.json()).toMatchObject({
      recipe: 'a/b',
      version: 2,
      graph: { entries: ['ask'] },
      worst_case: { steps: 2 },
    });
    const first = await request('/v1/recipes/a%2Fb/graph?version=1&format=mermaid');
    expect(await first.text()).toContain('n1 --> finish\n');
  });

  it('is not found without a recipe', async () => {
    const response = await makeApp()('/v1/recipes/nothing/graph');
    expect([response.status, (await problemOf(response)).code]).toEqual([404, 'recipe_not_found']);
  });
});

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
