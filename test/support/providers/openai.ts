/** OpenAI's two protocols, as its reference describes them. */
import { jsonOf, USAGE } from './reply.ts';
import type { Frame, Protocol, ScriptedReply } from './reply.ts';

const chatUsage = ({ usage = USAGE }: ScriptedReply) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  ...('cached' in usage && { prompt_tokens_details: { cached_tokens: usage.cached } }),
  ...('reasoning' in usage && { completion_tokens_details: { reasoning_tokens: usage.reasoning } }),
});

const fault: Protocol['fault'] = (_status, { type, message }) => ({
  error: { message, type, param: null, code: type },
});

export const chat: Protocol = {
  fault,
  render(reply, model) {
    const { text = [], toolCalls = [], finish = 'stop' } = reply;
    const calls = toolCalls.map(({ name, input }, index) => ({
      id: `call_${name}_${index}`,
      type: 'function',
      function: { name, arguments: jsonOf(input) },
    }));
    const reason = calls.length > 0 ? 'tool_calls' : finish;
    const chunk = (choices: unknown[], more = {}): Frame => ({
      data: {
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model,
        choices,
        ...more,
      },
    });
    const delta = (given: unknown, finish_reason: string | null = null) =>
      chunk([{ index: 0, delta: given, finish_reason }]);
    return {
      json: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model,
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: text.length === 0 ? null : text.join(''),
              ...(calls.length > 0 && { tool_calls: calls }),
            },
            finish_reason: reason,
          },
        ],
        usage: chatUsage(reply),
      },
      before: [delta({ role: 'assistant', content: '' })],
      pieces: [
        ...text.map((content) => [delta({ content })]),
        ...calls.map((call, index) => [delta({ tool_calls: [{ index, ...call }] })]),
      ],
      after: [delta({}, reason), chunk([], { usage: chatUsage(reply) }), { data: '[DONE]' }],
    };
  },
};

export const responses: Protocol = {
  fault,
  render(reply, model) {
    const { text = [], toolCalls = [], finish = 'stop', usage = USAGE } = reply;
    const whole = text.join('');
    const message = {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: whole, annotations: [] }],
    };
    const calls = toolCalls.map(({ name, input }, index) => ({
      type: 'function_call',
      id: `fc_${index}`,
      call_id: `call_${name}_${index}`,
      name,
      arguments: jsonOf(input),
      status: 'completed',
    }));
    const output = [...(text.length > 0 ? [message] : []), ...calls];
    const response = {
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      status: finish === 'stop' ? 'completed' : 'incomplete',
      model,
      output,
      incomplete_details:
        finish === 'stop' ? null : { reason: finish === 'length' ? 'max_output_tokens' : finish },
      usage: {
        input_tokens: usage.input,
        output_tokens: usage.output,
        total_tokens: usage.input + usage.output,
        input_tokens_details: { cached_tokens: 'cached' in usage ? usage.cached : 0 },
        output_tokens_details: { reasoning_tokens: 'reasoning' in usage ? usage.reasoning : 0 },
      },
    };
    const frame = (type: string, more: object): Frame => ({ event: type, data: { type, ...more } });
    const empty = { ...message, status: 'in_progress', content: [] };
    return {
      json: response,
      before: [
        frame('response.created', {
          response: { ...response, status: 'in_progress', output: [], usage: null },
        }),
        ...(text.length > 0
          ? [frame('response.output_item.added', { output_index: 0, item: empty })]
          : []),
      ],
      pieces: text.map((delta) => [
        frame('response.output_text.delta', {
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          delta,
        }),
      ]),
      after: [
        ...output.flatMap((item, output_index) => [
          ...(item.type === 'function_call'
            ? [
                frame('response.output_item.added', {
                  output_index,
                  item: { ...item, arguments: '' },
                }),
              ]
            : []),
          frame('response.output_item.done', { output_index, item }),
        ]),
        frame(finish === 'stop' ? 'response.completed' : 'response.incomplete', { response }),
      ],
    };
  },
};
