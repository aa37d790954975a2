/**
 * The built Worker with one thing more: CRASH_AT counts what the queue's object writes in
 * transactions. At the one of that number nothing is written, and the object is dead for as long as
 * this process lives: what lies on disk is what a process leaves that is killed at that instant.
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
    storage.transactionSync = (change) => {
      if (isCounting && (count += 1) === at) {
        isDead = true;
        ctx.abort('crashed');
        throw new Error('crashed');
      }
      return write(change);
    };
    super(ctx, env);
    isCounting = true;
  }
}
