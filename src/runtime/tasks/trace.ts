/** What a model was asked and what it said, for the history of a node that has `trace_content`. */
import type { Failure, Result } from '../../core/errors.ts';
import type { Note } from '../../core/run/notes.ts';
import { nameOf } from '../models/names.ts';
import type { ModelCall, ModelReply } from '../ports/models.ts';

/** Of each text: an event is kept with others in one row. */
const MAX_TEXT = 32_768;
const CUT = ' …';

export function traceOf(call: ModelCall, reply: Result<ModelReply, Failure>): Note {
  const { system, messages } = call;
  // A turn is the provider's own form of what the message says already.
  const plain = messages.map((message) =>
    message.role === 'assistant' ? { ...message, turn: undefined } : message,
  );
  return {
    type: 'node.traced',
    model: nameOf(call),
    prompt: cut(JSON.stringify({ system, messages: plain })),
    answer: cut(reply.ok ? answerOf(reply.value) : reply.error.code),
  };
}

function answerOf({ output, toolCalls }: ModelReply): string {
  if (toolCalls.length > 0) return JSON.stringify({ output, tool_calls: toolCalls });
  return typeof output === 'string' ? output : JSON.stringify(output);
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT).toWellFormed() + CUT;
}
