/** One call of a provider through the SDK. */
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type {
  GenerateOptions,
  ModelCall,
  ModelFailure,
  ModelReply,
} from '../../runtime/ports/models.ts';
import { faultOf, lateFailure } from './faults.ts';
import type { Asked } from './faults.ts';
import { readOptions } from './options.ts';
import { callOptions } from './prompt.ts';
import { modelOf } from './provider.ts';
import { replyOf } from './reply.ts';
import { readStream } from './stream.ts';
import { sendWith } from './send.ts';
import type { Send } from './send.ts';
import type { ModelServer } from './servers.ts';

export interface GenerateDeps {
  readonly send: Send;
  readonly now: () => number;
}

export async function generateWith(
  { send, now }: GenerateDeps,
  server: ModelServer,
  call: ModelCall,
  { signal, onText }: GenerateOptions,
): Promise<Result<ModelReply, ModelFailure>> {
  const { api, ...rest } = call.options;
  const options = readOptions(rest);
  if (!options.ok) return options;
  if (api !== undefined && api !== null && api !== 'chat' && api !== 'responses')
    return fail(
      'model_options_invalid',
      'Cannot use option "api" of the model: it is "chat" or "responses"',
    );
  const { provider, model } = call;
  const asked: Asked = { provider, model, secrets: secretsOf(call, server), now: now() };
  const { common, body } = options.value;
  try {
    const fetch = sendWith(send, body);
    const language = await modelOf(call, server, { fetch, isChat: api !== 'responses' });
    if (language === undefined)
      return fail('model_not_found', `Cannot ask "${provider}/${model}": it has no language`);
    const request = { ...callOptions(call, server, common), abortSignal: signal };
    const about = {
      asked,
      isJson: call.responseSchema !== undefined,
      isStreamed: onText !== undefined,
    };
    if (onText === undefined) return replyOf(await language.doGenerate(request), about);
    const { stream } = await language.doStream({ ...request, includeRawChunks: true });
    const answer = await readStream(stream, { onText, signal, asked });
    return answer.ok ? replyOf(answer.value, about) : answer;
  } catch (error) {
    return { ok: false, error: signal.aborted ? lateFailure(asked) : faultOf(error, asked) };
  }
}

/** What an answer to a wrong request may quote. */
function secretsOf({ system = '', messages }: ModelCall, { apiKey = '' }: ModelServer): string[] {
  return [
    apiKey,
    system,
    ...messages.map((message) =>
      'content' in message ? message.content : JSON.stringify(message.answers),
    ),
  ];
}
