/** Servers that a tenant has set up: only where recipes may ask, and no key but to the hosts that it is for. */
import { describe, expect, it } from 'vitest';
import { findOwnServer } from '../../../src/runtime/models/own-servers.ts';
import { modelSettings } from '../../../src/runtime/settings/models.ts';
import type { EgressPolicy } from '../../../src/runtime/ports.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { recipe } from '../../support/recipe-text.ts';
import { runRecipe } from '../../support/run-recipe.ts';
import { scriptModels } from '../../support/scripted-models.ts';

const POLICY: EgressPolicy = { allowHttp: false, denyHosts: [], allowAddresses: [] };

async function find(
  servers: JsonObject,
  provider: string,
  { hosts = ['llm.example.com'], places = ['header'], policy = POLICY } = {},
) {
  const asked: string[] = [];
  const found = await findOwnServer(
    {
      policy,
      secrets: {
        async reveal(tenant, name) {
          asked.push(`${tenant} ${name}`);
          if (name !== 'LAB_KEY') return undefined;
          const of = places as ('header' | 'body')[];
          return { name, value: 'sk-lab-4719', hosts, in: of, updatedAt: 0 };
        },
      },
    },
    'acme',
    { servers: modelSettings.parse({ servers }).servers, provider },
  );
  return { found, asked };
}

const LAB = { url: 'https://llm.example.com/v1/', key: 'LAB_KEY' };

describe('findOwnServer()', () => {
  it('gives the address and the key of the tenant', async () => {
    const { found, asked } = await find({ lab: LAB }, 'lab');
    const value = {
      kind: 'compatible',
      baseUrl: 'https://llm.example.com/v1',
      apiKey: 'sk-lab-4719',
    };
    expect(found).toEqual({ ok: true, value });
    expect(asked).toEqual(['acme LAB_KEY']);
  });

  it.each([
    ['another protocol', { ...LAB, protocol: 'anthropic' }, 'lab', { kind: 'anthropic' }],
    ['OpenAI’s protocol', { ...LAB, protocol: 'openai' }, 'lab', { kind: 'compatible' }],
    ['no schemas', { ...LAB, structured_outputs: false }, 'lab', { structuredOutputs: false }],
    ['no key', { url: LAB.url }, 'lab', { kind: 'compatible' }],
    ['a known provider', { key: 'LAB_KEY' }, 'groq', { baseUrl: 'https://api.groq.com/openai/v1' }],
    ['a provider of its own kind', { key: 'LAB_KEY' }, 'anthropic', { kind: 'anthropic' }],
  ])('with %s', async (_what, server, provider, expected) => {
    const hosts = ['llm.example.com', 'api.groq.com', 'api.anthropic.com'];
    const { found } = await find({ [provider]: server }, provider, { hosts });
    expect(found).toMatchObject({ ok: true, value: expected });
  });

  it('leaves other names to the operator', async () => {
    for (const provider of ['other', '__proto__', 'constructor'])
      expect(await find({ lab: LAB }, provider)).toEqual({ found: { ok: true }, asked: [] });
  });

  it.each([
    ['a secret that is not there', { ...LAB, key: 'NONE' }, {}, 'secret_not_found'],
    ['a secret for other hosts', LAB, { hosts: ['api.example.com'] }, 'http_denied'],
    ['a secret for other protocols', LAB, { hosts: ['http://llm.example.com'] }, 'http_denied'],
    ['a secret for bodies', LAB, { places: ['body'] }, 'http_denied'],
    ['this machine', { url: 'https://127.0.0.1/v1' }, {}, 'http_denied'],
    ['this machine by name', { url: 'https://localhost/v1' }, {}, 'http_denied'],
    ['a network of ours', { url: 'https://10.0.0.5/v1' }, {}, 'http_denied'],
    ['metadata', { url: 'https://169.254.169.254/latest' }, {}, 'http_denied'],
    ['a plain connection', { url: 'http://llm.example.com/v1' }, {}, 'http_denied'],
  ])('refuses %s, and tells no key', async (_what, server, more, code) => {
    const { found } = await find({ lab: server }, 'lab', more);
    expect(found).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(found)).not.toContain('4719');
  });
});

describe('settings', () => {
  it.each([
    [{ mock: LAB }],
    [{ 'Two Words': LAB }],
    [{ lab: {} }],
    [{ lab: { key: 'LAB_KEY' } }],
    [{ ollama: { key: 'LAB_KEY' } }],
    [{ lab: { ...LAB, key: 'sk-this is the key itself' } }],
    [{ lab: { ...LAB, url: 'https://user:pass@llm.example.com' } }],
    [{ lab: { ...LAB, url: 'https://llm.example.com/?key=1' } }],
    [{ lab: { ...LAB, url: 'file:///etc/passwd' } }],
    [{ lab: { ...LAB, protocol: 'soap' } }],
    [{ lab: { ...LAB, more: 1 } }],
  ])('refuse %j', (servers) => {
    expect(modelSettings.safeParse({ servers }).success).toBe(false);
  });
});

it('a language_task asks it, and ends when it cannot be asked', async () => {
  const server = { kind: 'compatible', baseUrl: 'https://x', apiKey: 'sk' } as const;
  const models = scriptModels(() => ({ says: 'ok' }));
  const node = { id: 'a', type: 'language_task', prompt: 'Go', model: 'lab/m' };
  const nodes = [node, { ...node, id: 'b', model: 'x/m' }];
  const rules = { models: { aliases: {}, limits: {} }, prices: {} };
  const run = await runRecipe(recipe({ nodes }), {
    models,
    modelRules: async () => ({
      ...rules,
      findServer: async (provider) => ({
        ok: true,
        value: provider === 'lab' ? server : undefined,
      }),
    }),
  });
  expect(run.outputs()).toEqual({ a: 'ok', b: 'ok' });
  expect(models.calls.map((call) => call.server)).toEqual([server, undefined]);
  const error = { code: 'secret_not_found', message: 'gone', retryable: false } as const;
  const refused = await runRecipe(recipe({ nodes: [node] }), {
    models,
    modelRules: async () => ({ ...rules, findServer: async () => ({ ok: false, error }) }),
  });
  expect(refused.state.failure).toMatchObject(error);
  expect(models.calls).toHaveLength(2);
});
