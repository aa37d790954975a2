/** Bytes and streams, one after the other, as one stream. Each is asked for when its turn comes. */

type Source = () => Promise<Uint8Array | ReadableStream<Uint8Array>>;

export function streamOf(sources: readonly Source[]): ReadableStream<Uint8Array> {
  const left = [...sources];
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        if (reader === undefined) {
          const next = await left.shift()?.();
          if (next === undefined) return controller.close();
          if (!(next instanceof Uint8Array)) reader = next.getReader();
          else if (next.length > 0) return controller.enqueue(next);
          continue;
        }
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        reader = undefined;
      }
    },
    async cancel(reason) {
      await reader?.cancel(reason);
    },
  });
}
