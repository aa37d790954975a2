/** Refuses what this server has sent to itself: a run that starts runs of its own kind has no end. */
import { failure } from '../core/errors.ts';
import { SENDER_HEADER } from '../runtime/egress/headers.ts';
import { problem } from './problem.ts';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.ts';

/** A sender may have passed others on the way: a proxy that adds its own makes a list. */
export function refuseOwn(sender: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const senders = (c.req.header(SENDER_HEADER) ?? '').split(',').map((name) => name.trim());
    if (!senders.includes(sender)) return next();
    return problem(c, failure('loop_detected', 'Cannot serve a request of this server to itself'));
  };
}
