/**
 * The built Worker with one thing more: CRASH_AT counts what the queue's object writes in
 * transactions, and the moments before and after it puts a large value to R2 or deletes one. At the
 * one of that number nothing more happens, and the object is dead for as long as this process lives:
 * what lies on disk is what a process leaves that is killed at that instant.
 */
import worker, { WorkflowQueue as Queue } from './index.js';
export * from './index.js';
export default worker;

let isDead = false;

export class WorkflowQueue extends Queue {
  constructor(ctx, env) {
    if (isDead) throw new Error('crashed');
    const at = Number(env.CRASH_AT);
    const { storage } = ctx;
    const write = storage.transactionSync.bind(storage);
    let isCounting = false;
    let count = 0;
    const boundary = () => {
      if (!isCounting || (count += 1) !== at) return;
      isDead = true;
      ctx.abort('crashed');
      throw new Error('crashed');
    };
    storage.transactionSync = (change) => {
      boundary();
      return write(change);
    };
    super(ctx, { ...env, FILES: countedBucket(env.FILES, boundary) });
    isCounting = true;
  }
}

/** Only what is done to large values of runs counts. */
function countedBucket(bucket, boundary) {
  const counted =
    (name) =>
    async (keys, ...rest) => {
      const isMeant = String(keys).includes('/values/');
      if (isMeant) boundary();
      const done = await bucket[name](keys, ...rest);
      if (isMeant) boundary();
      return done;
    };
  return new Proxy(bucket, {
    get(target, name) {
      if (name === 'put' || name === 'delete') return counted(name);
      const found = target[name];
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}
