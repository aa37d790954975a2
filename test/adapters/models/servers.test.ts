/** Which servers of models the variables set up, and which variables are refused. */
import { describe, expect, it } from 'vitest';
import { readServers, serverVariables } from '../../../src/adapters/models/servers.ts';

const shown = (env: object) => Object.fromEntries(readServers(env));

describe('readServers()', () => {
  it('sets up what has a key or an address', () => {
    expect(
      shown({
        ANTHROPIC_API_KEY: 'a',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1/',
        GROQ_API_KEY: 'g',
        WORKERS_AI_BASE_URL: 'https://api.cloudflare.com/client/v4/accounts/a1/ai/v1',
        WORKERS_AI_API_KEY: 'w',
        OLLAMA_BASE_URL: 'http://127.0.0.1:11434/v1',
        MODEL_SERVERS: 'lab=http://10.0.0.5:8000/v1, my-llm=https://llm.example',
        MY_LLM_API_KEY: 'm',
        GOOGLE_BASE_URL: ' ',
      }),
    ).toEqual({
      openai: { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1' },
      anthropic: { kind: 'anthropic', apiKey: 'a' },
      groq: { kind: 'compatible', baseUrl: 'https://api.groq.com/openai/v1', apiKey: 'g' },
      'workers-ai': {
        kind: 'compatible',
        baseUrl: 'https://api.cloudflare.com/client/v4/accounts/a1/ai/v1',
        apiKey: 'w',
      },
      ollama: { kind: 'compatible', baseUrl: 'http://127.0.0.1:11434/v1' },
      lab: { kind: 'compatible', baseUrl: 'http://10.0.0.5:8000/v1' },
      'my-llm': { kind: 'compatible', baseUrl: 'https://llm.example', apiKey: 'm' },
    });
  });

  it('sets up nothing by itself', () => {
    expect(shown({})).toEqual({});
  });

  it.each([
    [{ OPENAI_BASE_URL: 'SECRET' }, 'OPENAI_BASE_URL'],
    [{ OPENAI_BASE_URL: 'ftp://SECRET/' }, 'OPENAI_BASE_URL'],
    [{ OPENAI_BASE_URL: 'https://user:SECRET@host/' }, 'OPENAI_BASE_URL'],
    [{ MODEL_SERVERS: 'SECRET' }, 'MODEL_SERVERS, entry 1'],
    [{ MODEL_SERVERS: 'lab=http://h/v1,lab2=SECRET' }, 'MODEL_SERVERS, entry 2'],
    [{ MODEL_SERVERS: 'openai=http://h/v1' }, 'MODEL_SERVERS, entry 1'],
    [{ MODEL_SERVERS: 'mock=http://h/v1' }, 'MODEL_SERVERS, entry 1'],
    [{ MODEL_SERVERS: '__proto__=http://h/v1' }, 'MODEL_SERVERS, entry 1'],
  ])('refuses %j by the name of the variable', (env, name) => {
    expect(() => readServers(env)).toThrow(name);
    expect(() => readServers(env)).not.toThrow('SECRET');
  });
});

describe('serverVariables()', () => {
  it('names all that may be set, for those that the operator has named too', () => {
    const names = serverVariables('my-llm=http://h');
    expect(names).toEqual(
      expect.arrayContaining([
        'OPENAI_API_KEY',
        'MODEL_SERVERS',
        'MY_LLM_API_KEY',
        'OLLAMA_BASE_URL',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
