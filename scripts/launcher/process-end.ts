/** When a process ends that another part of this one has begun, and keeps to itself. */

const LOOK_MS = 500;

/** Resolves once it is gone. Looks from time to time, and keeps nobody from ending. */
export async function processEnd(pid: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      resolve();
    }
  }, LOOK_MS);
  timer.unref();
  await promise;
  clearInterval(timer);
}
