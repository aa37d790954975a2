/** Google's generateContent, as its reference describes it. */
import { USAGE } from './reply.ts';
import type { Frame, Protocol } from './reply.ts';

const REASONS = { stop: 'STOP', length: 'MAX_TOKENS', content_filter: 'SAFETY' };

export const generateContent: Protocol = {
  fault: (code, { type, message }) => ({ error: { code, message, status: type } }),
  render(reply, modelVersion) {
    const { text = [], toolCalls = [], finish = 'stop', usage = USAGE } = reply;
    const reasoning = 'reasoning' in usage ? (usage.reasoning ?? 0) : 0;
    const usageMetadata = {
      promptTokenCount: usage.input,
      // Its candidates' tokens are without the thoughts.
      candidatesTokenCount: usage.output - reasoning,
      totalTokenCount: usage.input + usage.output,
      ...('cached' in usage && { cachedContentTokenCount: usage.cached }),
      ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    };
    const calls = toolCalls.map(({ name, input }) => ({ functionCall: { name, args: input } }));
    const answer = (parts: unknown[], more = {}) => ({
      candidates: [{ index: 0, content: { role: 'model', parts }, ...more }],
      usageMetadata,
      modelVersion,
    });
    const frame = (data: unknown): Frame => ({ data });
    const end = { finishReason: REASONS[finish] };
    return {
      json: answer([...(text.length > 0 ? [{ text: text.join('') }] : []), ...calls], end),
      before: [],
      pieces: [
        ...text.map((piece) => [frame(answer([{ text: piece }]))]),
        ...calls.map((call) => [frame(answer([call]))]),
      ],
      after: [frame(answer([{ text: '' }], end))],
    };
  },
};
