/** Reads a stream of server-sent events frame by frame. */
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';

export interface SseReader {
  /** Undefined at the end of the stream. */
  readonly next: () => Promise<EventSourceMessage | undefined>;
  /** Reads until a frame is of a type, and gives all up to it. */
  readonly until: (type: string) => Promise<EventSourceMessage[]>;
  readonly all: () => Promise<EventSourceMessage[]>;
  readonly drop: () => Promise<void>;
}

export function readSse(response: Response): SseReader {
  const waiting: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => waiting.push(event) });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  const next: SseReader['next'] = async () => {
    while (waiting.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      parser.feed(decoder.decode(value, { stream: true }));
    }
    return waiting.shift();
  };
  return {
    next,
    async until(type) {
      const frames: EventSourceMessage[] = [];
      for (let frame = await next(); frame !== undefined; frame = await next()) {
        frames.push(frame);
        if (frame.event === type) break;
      }
      return frames;
    },
    async all() {
      const frames: EventSourceMessage[] = [];
      for (let frame = await next(); frame !== undefined; frame = await next()) frames.push(frame);
      return frames;
    },
    drop: () => reader.cancel(),
  };
}

/** The text of the deltas among frames, each applied at its offset. */
export function textOf(frames: readonly EventSourceMessage[], before = ''): string {
  return frames
    .filter(({ event }) => event === 'node.delta')
    .map(({ data }) => JSON.parse(data) as { offset: number; text: string })
    .reduce((text, delta) => text.slice(0, delta.offset) + delta.text, before);
}
