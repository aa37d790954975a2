/** Anthropic's messages, as its reference describes them. */
import { jsonOf, USAGE } from './reply.ts';
import type { Frame, Protocol } from './reply.ts';

const REASONS = { stop: 'end_turn', length: 'max_tokens', content_filter: 'refusal' };

export const messages: Protocol = {
  fault: (_status, error) => ({ type: 'error', error }),
  render(reply, model) {
    const { text = [], toolCalls = [], finish = 'stop', usage = USAGE } = reply;
    const cached = 'cached' in usage ? (usage.cached ?? 0) : 0;
    const reason = toolCalls.length > 0 ? 'tool_use' : REASONS[finish];
    // Its input_tokens are those that were not read from its cache.
    const counts = {
      input_tokens: usage.input - cached,
      output_tokens: usage.output,
      cache_read_input_tokens: cached,
      cache_creation_input_tokens: 0,
    };
    const tools = toolCalls.map(({ name, input }, index) => ({
      type: 'tool_use',
      id: `toolu_${name}_${index}`,
      name,
      input,
    }));
    const said = text.length === 0 ? [] : [{ type: 'text', text: text.join('') }];
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content: [...said, ...tools],
      stop_reason: reason,
      stop_sequence: null,
      usage: counts,
    };
    const frame = (type: string, more: object): Frame => ({ event: type, data: { type, ...more } });
    const first = said.length;
    return {
      json: message,
      before: [
        frame('message_start', {
          message: {
            ...message,
            content: [],
            stop_reason: null,
            usage: { ...counts, output_tokens: 1 },
          },
        }),
        frame('ping', {}),
        ...(first === 0
          ? []
          : [
              frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
            ]),
      ],
      pieces: text.map((piece) => [
        frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } }),
      ]),
      after: [
        ...(first === 0 ? [] : [frame('content_block_stop', { index: 0 })]),
        ...tools.flatMap((tool, index) => [
          frame('content_block_start', {
            index: first + index,
            content_block: { ...tool, input: {} },
          }),
          frame('content_block_delta', {
            index: first + index,
            delta: { type: 'input_json_delta', partial_json: jsonOf(tool.input) },
          }),
          frame('content_block_stop', { index: first + index }),
        ]),
        frame('message_delta', {
          delta: { stop_reason: reason, stop_sequence: null },
          usage: { output_tokens: usage.output },
        }),
        frame('message_stop', {}),
      ],
    };
  },
};
