/** Redis's protocol: commands out in one piece, replies in the order in which they were asked for. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type Reply =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'error'; readonly value: string }
  /** Its digits, since it may have more than a number holds. */
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Buffer | null }
  | { readonly type: 'list'; readonly value: readonly Reply[] | null };

export interface RedisConnection {
  /** A reply for each command. Nothing of another caller comes between them. */
  send(commands: readonly (readonly string[])[]): Promise<readonly Reply[]>;
  close(): void;
}

export function createConnection(port: number, host = '127.0.0.1'): RedisConnection {
  let socket: Socket | undefined;
  let waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];

  function open(): Socket {
    if (socket !== undefined) return socket;
    const opened = connect(port, host);
    const read = createReader((reply) => waiting.shift()?.resolve(reply));
    opened.setNoDelay(true);
    opened.on('data', read);
    opened.on('error', () => undefined);
    opened.on('close', () => {
      socket = undefined;
      const lost = waiting;
      waiting = [];
      for (const { reject } of lost) reject(new Error('Redis has closed the connection'));
    });
    socket = opened;
    return opened;
  }

  return {
    async send(commands) {
      const opened = open();
      const replies = commands.map(
        () => new Promise<Reply>((resolve, reject) => waiting.push({ resolve, reject })),
      );
      opened.write(Buffer.concat(commands.map(encode)));
      return Promise.all(replies);
    },
    close: () => socket?.destroy(),
  };
}

function encode(words: readonly string[]): Buffer {
  const parts = words.flatMap((word) => {
    const bytes = Buffer.from(word);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

function createReader(take: (reply: Reply) => void): (chunk: Buffer) => void {
  let buffer = Buffer.alloc(0);
  return (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let found = readReply(buffer, 0); found !== undefined; found = readReply(buffer, 0)) {
      buffer = buffer.subarray(found.end);
      take(found.reply);
    }
  };
}

interface Found {
  readonly reply: Reply;
  readonly end: number;
}

/** Undefined: not all of it is there. */
function readReply(buffer: Buffer, start: number): Found | undefined {
  const stop = buffer.indexOf('\r\n', start);
  if (stop < 0) return undefined;
  const value = buffer.toString('utf8', start + 1, stop);
  const end = stop + 2;
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '+':
      return { reply: { type: 'text', value }, end };
    case '-':
      return { reply: { type: 'error', value }, end };
    case ':':
      return { reply: { type: 'integer', value }, end };
    case '$':
      return readBytes(buffer, end, Number(value));
    case '*':
      return readList(buffer, end, Number(value));
    default:
      throw new Error('Cannot read what Redis says');
  }
}

function readBytes(buffer: Buffer, start: number, length: number): Found | undefined {
  if (length < 0) return { reply: { type: 'bytes', value: null }, end: start };
  const end = start + length + 2;
  if (buffer.length < end) return undefined;
  const value = Buffer.from(buffer.subarray(start, start + length));
  return { reply: { type: 'bytes', value }, end };
}

function readList(buffer: Buffer, start: number, length: number): Found | undefined {
  if (length < 0) return { reply: { type: 'list', value: null }, end: start };
  const value: Reply[] = [];
  let end = start;
  while (value.length < length) {
    const found = readReply(buffer, end);
    if (found === undefined) return undefined;
    value.push(found.reply);
    end = found.end;
  }
  return { reply: { type: 'list', value }, end };
}
