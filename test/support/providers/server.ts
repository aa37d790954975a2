/** Model providers on a loopback address: real HTTP, in the public form of each, as scripted by model. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { messages } from './anthropic.ts';
import { generateContent } from './google.ts';
import { chat, responses } from './openai.ts';
import { framesOf } from './reply.ts';
import type { Protocol, ScriptedReply } from './reply.ts';

/** Of a request, or of an order of a test's. */
interface Body {
  readonly [member: string]: unknown;
  readonly model: string;
  readonly replies?: readonly ScriptedReply[];
  readonly times?: number;
}

export interface SeenRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

export interface FakeProviders {
  /** `http://HOST:PORT`; a compatible server lies under `/v1`. */
  readonly url: string;
  /** What a model answers next, one after the other; the last again and again. */
  readonly script: (model: string, ...replies: ScriptedReply[]) => void;
  /** What a model was asked, in order. */
  readonly seen: (model: string) => readonly SeenRequest[];
  /** Resolves when a model has been asked so often. */
  readonly asked: (model: string, times: number) => Promise<void>;
  /** Lets an answer that is held go on. */
  readonly release: (model: string) => void;
  readonly close: () => Promise<void>;
}

interface Route {
  readonly protocol: Protocol;
  readonly model: string;
  readonly isStream: boolean;
}

function routeOf(path: string, body: Body): Route | undefined {
  const google = /\/models\/([^:/]+):(generateContent|streamGenerateContent)$/.exec(path);
  if (google !== null) {
    return {
      protocol: generateContent,
      model: decodeURIComponent(google[1] ?? ''),
      isStream: google[2] === 'streamGenerateContent',
    };
  }
  const protocol = [
    ['/chat/completions', chat],
    ['/responses', responses],
    ['/messages', messages],
  ] as const;
  const found = protocol.find(([end]) => path.endsWith(end));
  return found && { protocol: found[1], model: body.model, isStream: body.stream === true };
}

export async function startProviders(port = 0, host = '127.0.0.1'): Promise<FakeProviders> {
  const scripts = new Map<string, ScriptedReply[]>();
  const requests = new Map<string, SeenRequest[]>();
  const held = new Map<string, (() => void)[]>();
  const waiting = new Set<() => void>();
  const seen = (model: string) => requests.get(model) ?? [];
  const nextReply = (model: string): ScriptedReply => {
    const left = scripts.get(model) ?? [];
    return (left.length > 1 ? left.shift() : left[0]) ?? { text: ['ok'] };
  };
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  }).listen(port, host);
  await once(server, 'listening');

  const api: FakeProviders = {
    url: `http://${host}:${(server.address() as { port: number }).port}`,
    script: (model, ...replies) => void scripts.set(model, replies),
    seen,
    async asked(model, times) {
      while (seen(model).length < times) await new Promise<void>((tell) => waiting.add(tell));
    },
    release(model) {
      for (const go of held.get(model) ?? []) go();
      held.delete(model);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const text = await textOf(request);
    // SAFETY: tests assert what they read of it.
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    if (path.startsWith('/control/')) return control(api, path, { body, response });
    const route = routeOf(path, body);
    if (route === undefined) return void response.writeHead(404).end('{}');
    const { model } = route;
    requests.set(model, [
      ...seen(model),
      { path: request.url ?? '', headers: request.headers, body },
    ]);
    for (const tell of waiting) tell();
    waiting.clear();
    const hold = () => new Promise<void>((go) => held.set(model, [...(held.get(model) ?? []), go]));
    await answer(nextReply(model), route, { response, hold });
  }
  return api;
}

/** The same over HTTP, for tests that run where no server can be held in hand. */
async function control(
  api: FakeProviders,
  path: string,
  { body, response }: { body: Body; response: ServerResponse },
): Promise<void> {
  const { model, replies, times } = body;
  let told: unknown = {};
  if (path === '/control/script') api.script(model, ...(replies ?? []));
  else if (path === '/control/release') api.release(model);
  else if (path === '/control/asked') await api.asked(model, times ?? 1);
  else told = api.seen(model);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
}

async function answer(
  reply: ScriptedReply,
  { protocol, model, isStream }: Route,
  { response, hold }: { response: ServerResponse; hold: () => Promise<void> },
): Promise<void> {
  const { status = 200, headers = {}, error, cutAfter, holdAt } = reply;
  if (holdAt === 0) await hold();
  if (cutAfter === 0) return void response.destroy();
  if (error !== undefined || status !== 200) {
    const body = protocol.fault(status, error ?? { type: 'server_error', message: 'No luck' });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    return void response.end(reply.body ?? JSON.stringify(body));
  }
  const { json, before, pieces, after } = protocol.render(reply, model);
  if (!isStream || reply.body !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    return void response.end(reply.body ?? JSON.stringify(json));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  response.write(framesOf(before));
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && holdAt === index) await hold();
    if (cutAfter === index) return response.socket?.destroySoon();
    response.write(framesOf(piece));
  }
  if (holdAt === pieces.length && holdAt > 0) await hold();
  if (cutAfter === pieces.length) return response.socket?.destroySoon();
  response.end(framesOf(after));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
