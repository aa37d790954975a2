/** Voices on a loopback address: OpenAI's and ElevenLabs' public forms of speech, over real HTTP. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';

export interface VoiceRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of JSON, or the fields of a form; files of one as `{name, type, bytes}`. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface VoiceReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface FakeVoices {
  readonly url: string;
  readonly seen: VoiceRequest[];
  /** What is answered next; then again what answers by itself. */
  readonly next: (...replies: VoiceReply[]) => void;
  readonly close: () => Promise<void>;
}

/** An mp3 whose sound is the text, in a tag like those that providers send. */
export function mp3Of(text: string): Uint8Array {
  return new TextEncoder().encode(`ID3\u0004\0\0\0\0\0\u0002..${text}`);
}

export async function startVoices(): Promise<FakeVoices> {
  const seen: VoiceRequest[] = [];
  let replies: VoiceReply[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const path = request.url ?? '';
      seen.push({ path, headers: request.headers, body });
      const {
        status = 200,
        headers = {},
        body: said = answerTo(path, body),
      } = replies.shift() ?? {};
      response.writeHead(status, {
        'content-type': typeof said === 'string' ? 'application/json' : 'audio/mpeg',
        ...headers,
      });
      response.end(said);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    seen,
    next: (...given) => (replies = given),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerTo(path: string, body: VoiceRequest['body']): Uint8Array | string {
  if (path.includes('/audio/speech')) return mp3Of(String(body['input']));
  if (path.includes('/text-to-speech/')) return mp3Of(String(body['text']));
  if (path.includes('/audio/transcriptions')) {
    return JSON.stringify({
      text: 'Good evening.',
      language: 'english',
      duration: 1.5,
      segments: [segment(0, 1.5, 'Good evening.')],
    });
  }
  return JSON.stringify({
    language_code: 'en',
    language_probability: 0.99,
    text: 'Good evening.',
    words: [
      { text: 'Good', type: 'word', start: 0, end: 0.5 },
      { text: 'evening.', type: 'word', start: 0.6, end: 1.5 },
    ],
  });
}

function segment(start: number, end: number, text: string) {
  return {
    id: 0,
    seek: 0,
    start,
    end,
    text,
    tokens: [1],
    temperature: 0,
    avg_logprob: -0.1,
    compression_ratio: 1,
    no_speech_prob: 0,
  };
}

async function bodyOf(request: IncomingMessage): Promise<VoiceRequest['body']> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return JSON.parse(bytes.toString());
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const fields = [...form].map(async ([name, value]): Promise<[string, unknown]> => [
    name,
    typeof value === 'string'
      ? value
      : {
          name: value.name,
          type: value.type,
          bytes: [...new Uint8Array(await value.arrayBuffer())],
        },
  ]);
  return Object.fromEntries(await Promise.all(fields));
}
