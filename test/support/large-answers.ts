/** Answers that are larger than they look. */
import { expect } from 'vitest';
import type { Host } from './fake-net.ts';

/** A body that goes on as long as somebody reads; tells how much was made of it. */
export function endless(piece: Uint8Array): {
  host: Host;
  made: () => number;
  isCancelled: () => boolean;
} {
  let made = 0;
  let isCancelled = false;
  const host: Host = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          made += piece.byteLength;
          controller.enqueue(piece.slice());
        },
        cancel() {
          isCancelled = true;
        },
      }),
    );
  return { host, made: () => made, isCancelled: () => isCancelled };
}

/** A hundred megabytes of zeros as a platform hands them over: compressed on the wire, decoded here. */
export async function bomb(): Promise<Response> {
  const MEGABYTE = new Uint8Array(1024 * 1024);
  let left = 100;
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left === 0) return controller.close();
      left -= 1;
      controller.enqueue(MEGABYTE.slice());
    },
  });
  const packed = await new Response(zeros.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
  expect(packed.byteLength).toBeLessThan(200_000);
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')));
}
