/** A stream of the SDK's, put together again while its text is passed on. */
import type {
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { ModelFailure, ModelUsage } from '../../runtime/ports/models.ts';
import { faultOf, lateFailure, modelFailure } from './faults.ts';
import type { Asked } from './faults.ts';
import type { Answer } from './reply.ts';
import { toldUsage } from './told-usage.ts';

type Part<T extends LanguageModelV4StreamPart['type']> = Extract<
  LanguageModelV4StreamPart,
  { type: T }
>;
type Metadata = Pick<Part<'text-start'>, 'providerMetadata'>;
type OpenPart = { type: 'text' | 'reasoning'; text: string } & Metadata;

export interface Reading {
  readonly onText: (text: string) => void;
  readonly asked: Asked;
  readonly signal: AbortSignal;
}

/** Takes a stream to its end, its text on the way. What breaks off says what it has cost by then. */
export async function readStream(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  reading: Reading,
): Promise<Result<Answer, ModelFailure>> {
  const told: { usage?: ModelUsage | undefined } = {};
  try {
    const answer = await readParts(stream, reading, (event) => {
      told.usage = toldUsage(event, told.usage);
    });
    return answer.ok ? answer : brokenOff(answer.error, told);
  } catch (error) {
    const { signal, asked } = reading;
    return brokenOff(signal.aborted ? lateFailure(asked) : faultOf(error, asked), told);
  }
}

function brokenOff(
  error: ModelFailure,
  { usage }: { readonly usage?: ModelUsage | undefined },
): Result<never, ModelFailure> {
  return { ok: false, error: { ...error, mayHaveCost: true, ...(usage && { usage }) } };
}

async function readParts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { onText, asked }: Reading,
  onEvent: (event: unknown) => void,
): Promise<Result<Answer, ModelFailure>> {
  const open = new Map<string, OpenPart>();
  const content: LanguageModelV4Content[] = [];
  let warnings: readonly SharedV4Warning[] = [];
  let end: Part<'finish'> | undefined;
  for await (const part of stream) {
    if (part.type === 'error') return { ok: false, error: faultOf(part.error, asked) };
    if (part.type === 'raw') onEvent(part.rawValue);
    else if (part.type === 'stream-start') warnings = part.warnings;
    else if (part.type === 'finish') end = part;
    else if (part.type === 'tool-call') content.push(part);
    else if (part.type === 'text-start' || part.type === 'reasoning-start') {
      const begun: OpenPart = { type: typeOf(part), text: '', ...metadataOf(part) };
      open.set(keyOf(part), begun);
      content.push(begun);
    } else if (part.type === 'text-end' || part.type === 'reasoning-end') {
      Object.assign(open.get(keyOf(part)) ?? {}, metadataOf(part));
    } else if (part.type === 'text-delta' || part.type === 'reasoning-delta') {
      const known = open.get(keyOf(part));
      if (known !== undefined)
        Object.assign(known, { text: known.text + part.delta }, metadataOf(part));
      if (part.type === 'text-delta' && part.delta !== '') onText(part.delta);
    }
  }
  if (end === undefined) return { ok: false, error: modelFailure('provider_network', asked) };
  const { finishReason, usage } = end;
  return ok({ content, warnings, finishReason, usage });
}

function typeOf({ type }: { readonly type: string }): OpenPart['type'] {
  return type.startsWith('text') ? 'text' : 'reasoning';
}

function keyOf(part: { readonly type: string; readonly id: string }): string {
  return `${typeOf(part)} ${part.id}`;
}

function metadataOf({ providerMetadata }: Metadata): Metadata {
  return providerMetadata === undefined ? {} : { providerMetadata };
}
