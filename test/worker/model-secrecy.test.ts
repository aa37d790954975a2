/** No prompt, no answer and no key is where it does not belong: planted words are looked for everywhere. */
import { describe, expect, it } from 'vitest';
import { call, post, run } from '../support/api-client.ts';
import { providers } from '../support/providers/remote.ts';
import { WAYS } from '../support/providers/ways.ts';

const PROMPT = 'PLANTED-PROMPT-4711';
const SYSTEM = 'PLANTED-SYSTEM-4712';
const ANSWER = 'PLANTED-ANSWER-4713';
const KEYS = ['sk-openai-4714', 'sk-ant-4715', 'goog-4716', 'key-4717'];

let count = 0;

interface Asked {
  readonly id: string;
  readonly texts: string;
}

/** Runs one node, and collects all that the API and the log say of it, but for its output. */
async function watch(
  provider: string,
  options: object,
  reply: object,
  { mode = 'inline', ...node }: { mode?: string; [key: string]: unknown } = {},
): Promise<Asked> {
  const lines: string[] = [];
  // SAFETY: every platform's console has these, whatever its types say.
  const sinks = console as unknown as Record<'log' | 'warn' | 'error', unknown>;
  const { log, warn, error } = sinks;
  const keep = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '));
  Object.assign(sinks, { log: keep, warn: keep, error: keep });
  try {
    const model = `secret${(count += 1)}`;
    await providers.script(model, reply);
    const recipe = {
      name: 'secret',
      user_inputs: [],
      nodes: [
        {
          id: 'ask',
          type: 'language_task',
          model: { provider, model, ...options },
          system: SYSTEM,
          prompt: PROMPT,
          retry: { max_attempts: 1 },
          ...node,
        },
      ],
      // The answer is no output of the run: what shows it here is where it does not belong.
      final_outputs: [{ id: 'done', value: '{{ true }}' }],
    };
    const done = await run(recipe, {}, { mode });
    const parts = await Promise.all([
      call(`/v1/runs/${done.id}/events`),
      call(`/v1/runs/${done.id}/metrics`),
      call('/v1/runs'),
      call(`/v1/runs/${done.id}/nodes/missing`),
    ]);
    const texts = await Promise.all(parts.map((part) => part.text()));
    return { id: done.id, texts: [JSON.stringify(done), ...texts, ...lines].join('\n') };
  } finally {
    Object.assign(sinks, { log, warn, error });
  }
}

describe.each(WAYS)('$way', ({ provider, options }) => {
  const quoting = {
    type: 'invalid_request_error',
    message: `You said ${PROMPT} ${SYSTEM} with ${KEYS.join(' ')}`,
  };

  it.each([
    ['a good answer', { text: [ANSWER] }, {}],
    ['a refusal that quotes', { status: 400, error: quoting }, {}],
    [
      'a refusal of the key that quotes it',
      { status: 401, error: { ...quoting, type: 'sk-openai-4714' } },
      {},
    ],
    ['a fault that quotes', { status: 500, error: quoting }, {}],
    ['no JSON', { body: `<p>${ANSWER} ${KEYS.join(' ')}</p>` }, {}],
    ['an answer that breaks off', { text: [ANSWER, ANSWER], cutAfter: 1 }, { stream: true }],
    [
      'an answer that does not fit',
      { text: [JSON.stringify({ [ANSWER]: ANSWER })] },
      {
        response_schema: {
          type: 'object',
          required: ['n'],
          properties: { n: { type: 'integer' } },
          additionalProperties: false,
        },
      },
    ],
  ])('%s', async (_what, reply, node) => {
    const { texts } = await watch(provider, options, reply, node);
    for (const planted of [PROMPT, SYSTEM, ANSWER, ...KEYS])
      expect(texts.includes(planted), planted).toBe(false);
  });
});

it('an answer is shown where it is asked for: as the output of its node', async () => {
  const { id } = await watch('openai', {}, { text: [ANSWER] }, { mode: 'durable' });
  expect(await (await call(`/v1/runs/${id}/nodes/ask`)).text()).toContain(ANSWER);
});

it.each(['durable', 'inline'])(
  'events of a %s run have both where `trace_content` asks for it, and no key',
  async (mode) => {
    const reply = { text: [ANSWER] };
    const { texts } = await watch('openai', {}, reply, { mode, trace_content: true });
    for (const planted of [PROMPT, SYSTEM, ANSWER]) expect(texts).toContain(planted);
    for (const key of KEYS) expect(texts).not.toContain(key);
  },
);

it('a recipe that cannot be planned does not quote its prompt', async () => {
  const body = {
    recipe: {
      name: 'x',
      nodes: [{ id: 'a', type: 'language_task', prompt: PROMPT, response_schema: { type: 'no' } }],
    },
    inputs: {},
  };
  const refused = await post('/v1/runs', body);
  expect(refused.status).toBe(422);
  expect(await refused.text()).not.toContain(PROMPT);
});
