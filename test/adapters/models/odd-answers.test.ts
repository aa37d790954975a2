/** Answers that are odd and can be read: refusals, fences, no JSON, calls without ids. */
import { describe, expect, it } from 'vitest';
import type { ModelCall } from '../../../src/runtime/ports/models.ts';
import { callOf, signal, TOOL } from '../../support/providers/models.ts';
import { chat } from '../../support/providers/openai.ts';
import { rawModels } from '../../support/providers/raw-models.ts';

const { raw, models } = rawModels();

const ask = async (call: ModelCall) => ({ reply: await models().generate(call, { signal }) });

function says(body: string): void {
  raw().answer = (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

describe('structured answers', () => {
  const responseSchema = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
  };

  it("that OpenAI refuses are its filter's", async () => {
    const message = { role: 'assistant', content: null, refusal: 'I cannot' };
    says(
      JSON.stringify({
        id: 'x',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      }),
    );
    const { reply } = await ask(callOf('openai', { responseSchema }));
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'provider_content_filter', usage: { inputTokens: 1 } },
    });
  });

  it.each([
    ['{"n":1}', { n: 1 }],
    ['```json\n{"n":1}\n```', { n: 1 }],
    [' {"n":1}\n', { n: 1 }],
    ['{"n":1', '{"n":1'],
    ['Sure! {"n":1}', 'Sure! {"n":1}'],
    ['', ''],
    ['null', null],
  ])('%j are read as %j', async (text, output) => {
    says(JSON.stringify(chat.render({ text: [text] }, 'm').json));
    const { reply } = await ask(callOf('my-vllm', { responseSchema }));
    expect(reply).toMatchObject({ ok: true, value: { output } });
  });
});

describe('calls of tools', () => {
  const answered = (toolCalls: object[]) =>
    JSON.stringify({
      id: 'x',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, tool_calls: toolCalls },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
  const toolCall = (id: string | undefined, args: string) => ({
    id,
    type: 'function',
    function: { name: TOOL.name, arguments: args },
  });

  it('with one id for two get one of their own', async () => {
    says(
      answered([
        toolCall('same', '{"text":"a"}'),
        toolCall('same', '{"text":"b"}'),
        toolCall(undefined, '{}'),
      ]),
    );
    const { reply } = await ask(callOf('my-vllm', { tools: [TOOL] }));
    if (!reply.ok) throw new Error(reply.error.message);
    const ids = reply.value.toolCalls.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const turn = reply.value.turn as { toolCallId: string }[];
    expect(turn.map(({ toolCallId }) => toolCallId)).toEqual(ids);
  });

  it.each([
    ['{"text":', '{"text":'],
    ['', {}],
    ['"a"', 'a'],
    ['[1]', [1]],
  ])('with the arguments %j are given on as %j', async (args, input) => {
    says(answered([toolCall('c1', args)]));
    const { reply } = await ask(callOf('my-vllm', { tools: [TOOL] }));
    expect(reply).toMatchObject({ ok: true, value: { toolCalls: [{ id: 'c1', input }] } });
  });
});
