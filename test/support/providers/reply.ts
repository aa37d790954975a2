/** What a fake provider is told to answer, whatever protocol it is asked in. */
export interface ScriptedReply {
  /** Pieces of the text, each a chunk of its own where the answer is streamed. */
  readonly text?: readonly string[];
  readonly toolCalls?: readonly { readonly name: string; readonly input: unknown }[];
  readonly usage?: {
    readonly input: number;
    readonly output: number;
    readonly cached?: number;
    readonly reasoning?: number;
  };
  readonly finish?: 'stop' | 'length' | 'content_filter';
  /** Another status than 200, with `body` or an error in the protocol's own form. */
  readonly status?: number;
  readonly error?: { readonly type: string; readonly message: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: string;
  /** Closes the connection after so many pieces; 0: before the first byte. */
  readonly cutAfter?: number;
  /** Waits before so many pieces until the test says go on; 0: before the first byte. */
  readonly holdAt?: number;
}

/** One frame of a stream of server-sent events. */
export interface Frame {
  readonly event?: string;
  readonly data: unknown;
}

export interface Rendered {
  readonly json: unknown;
  /** What comes before the text, one list per piece of it, and what comes after. */
  readonly before: readonly Frame[];
  readonly pieces: readonly (readonly Frame[])[];
  readonly after: readonly Frame[];
}

export interface Protocol {
  readonly render: (reply: ScriptedReply, model: string) => Rendered;
  readonly fault: (status: number, error: NonNullable<ScriptedReply['error']>) => unknown;
}

export const USAGE = { input: 11, output: 7 };

export const jsonOf = (input: unknown): string =>
  typeof input === 'string' ? input : JSON.stringify(input);

export function framesOf(frames: readonly Frame[]): string {
  return frames
    .map(({ event, data }) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
    })
    .join('');
}

/** All of a stream, from its first byte to its last. */
export function streamOf(protocol: Protocol, reply: ScriptedReply, model: string): Buffer {
  const { before, pieces, after } = protocol.render(reply, model);
  return Buffer.from(framesOf([...before, ...pieces.flat(), ...after]));
}
