/** Upstash's REST protocol in front of a real Redis, with faults on demand. For tests alone. */
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createConnection } from './resp.ts';
import type { Reply } from './resp.ts';
import { createScriptRewriter } from './scripts.ts';

/** What goes wrong with every request until it is taken back. */
export type Fault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly type: string;
      readonly body: string;
    };

export interface Bridge {
  readonly url: string;
  readonly token: string;
  /** Requests so far, refused ones included. */
  readonly requests: () => number;
  fault: Fault | undefined;
  close(): Promise<void>;
}

export interface BridgeOptions {
  readonly redisPort: number;
  readonly token?: string;
  readonly port?: number;
}

/** Commands that mean a connection of one's own, which REST has not. */
const REFUSED = new Set(
  'SUBSCRIBE PSUBSCRIBE UNSUBSCRIBE MONITOR MULTI EXEC DISCARD WATCH UNWATCH SELECT QUIT RESET AUTH HELLO CLIENT SYNC PSYNC SHUTDOWN DEBUG CONFIG BLPOP BRPOP BLMOVE WAIT'.split(
    ' ',
  ),
);
const MAX_BODY = 10 * 1024 * 1024;

export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { redisPort, token = 'token-of-the-bridge', port = 0 } = options;
  const redis = createConnection(redisPort);
  const scripts = createScriptRewriter();
  let requests = 0;

  async function run(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    const rewritten = commands.map((command) => scripts.rewrite(command));
    const replies = await redis.send(rewritten.map(({ command }) => command));
    return replies.map((reply, index) => rewritten[index]?.reply?.(reply) ?? reply);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const body = await readBody(request);
    const { fault } = bridge;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') return void request.socket.destroy();
    if (fault?.kind === 'answer') return send(response, fault.status, fault.body, fault.type);
    if (fault?.kind === 'delay') await new Promise((go) => setTimeout(go, fault.ms));
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!same(given, token)) {
      return send(response, 401, failure('WRONGPASS invalid or missing auth token'));
    }
    if (body === undefined) return send(response, 400, failure('ERR max request size exceeded'));
    const isBase64 = request.headers['upstash-encoding'] === 'base64';
    const [status, text] = await answer({ path: request.url ?? '/', body, isBase64 }, run);
    send(response, status, text);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 503, failure(`ERR ${String(error)}`));
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const { port: bound } = server.address() as AddressInfo;
  const bridge: Bridge = {
    url: `http://127.0.0.1:${bound}`,
    token,
    requests: () => requests,
    fault: undefined,
    async close() {
      redis.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return bridge;
}

type Run = (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;

async function answer(
  { path, body, isBase64 }: { path: string; body: string; isBase64: boolean },
  run: Run,
): Promise<readonly [number, string]> {
  const parsed = parse(body);
  switch (path) {
    case '/': {
      const command = wordsOf(parsed);
      if (command === undefined) return [400, failure('ERR failed to parse command')];
      const refused = refusalOf(command);
      if (refused !== undefined) return [400, failure(refused)];
      const [reply] = await run([command]);
      return [reply?.type === 'error' ? 400 : 200, envelope(reply, isBase64)];
    }
    case '/pipeline':
      return pipeline(parsed, isBase64, run);
    case '/multi-exec':
      return transaction(parsed, isBase64, run);
    default:
      return [400, failure('ERR this bridge has no such path')];
  }
}

async function pipeline(parsed: unknown, isBase64: boolean, run: Run) {
  const commands = listOf(parsed).map(wordsOf);
  const fine = commands.map((command) =>
    command === undefined || refusalOf(command) !== undefined ? undefined : command,
  );
  const replies = [...(await run(fine.filter((command) => command !== undefined)))];
  const texts = fine.map((command, index) =>
    command === undefined
      ? failure(refusalOf(commands[index] ?? []) ?? 'ERR empty pipeline command')
      : envelope(replies.shift(), isBase64),
  );
  return [200, `[${texts.join(',')}]`] as const;
}

async function transaction(parsed: unknown, isBase64: boolean, run: Run) {
  const commands = listOf(parsed).flatMap((each) => {
    const words = wordsOf(each);
    return words === undefined ? [] : [words];
  });
  const refused = commands.map(refusalOf).find((each) => each !== undefined);
  if (refused !== undefined) return [400, failure(refused)] as const;
  const last = (await run([['MULTI'], ...commands, ['EXEC']])).at(-1);
  if (last?.type === 'error') return [400, failure(last.value)] as const;
  const replies = last?.type === 'list' ? (last.value ?? []) : [];
  return [200, `[${replies.map((reply) => envelope(reply, isBase64)).join(',')}]`] as const;
}

function refusalOf([name = '']: readonly string[]): string | undefined {
  if (!REFUSED.has(name.toUpperCase())) return undefined;
  return `ERR Command is not available: '${name}'`;
}

function wordsOf(value: unknown): readonly string[] | undefined {
  const list = listOf(value);
  if (list.length === 0) return undefined;
  return list.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function envelope(reply: Reply | undefined, isBase64: boolean): string {
  if (reply === undefined) return failure('ERR no reply');
  if (reply.type === 'error') return failure(reply.value);
  return `{"result":${jsonOf(reply, isBase64, true)}}`;
}

/** In base64 every text is encoded but an `OK` at the top. */
function jsonOf(reply: Reply, isBase64: boolean, isTop = false): string {
  switch (reply.type) {
    case 'integer':
      return reply.value;
    case 'text':
    case 'error':
      return textOf(Buffer.from(reply.value), isBase64 && !(isTop && reply.value === 'OK'));
    case 'bytes':
      return reply.value === null ? 'null' : textOf(reply.value, isBase64);
    case 'list':
      return reply.value === null
        ? 'null'
        : `[${reply.value.map((each) => jsonOf(each, isBase64)).join(',')}]`;
  }
}

function textOf(bytes: Buffer, isBase64: boolean): string {
  return JSON.stringify(bytes.toString(isBase64 ? 'base64' : 'utf8'));
}

/** Undefined: too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_BODY) parts.push(part);
  }
  return size > MAX_BODY ? undefined : Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json') {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function failure(message: string): string {
  return JSON.stringify({ error: message });
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
