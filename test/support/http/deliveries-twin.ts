/** Nothing was sent to any webhook. */
import { fail } from '../../../src/core/errors.ts';
import type { Deliveries } from '../../../src/runtime/ports/webhooks.ts';

export function createDeliveriesTwin(): Deliveries {
  return {
    list: async () => [],
    resend: async (_tenant, id) => fail('webhook_not_found', `Cannot find delivery "${id}"`),
    webhooksChanged: async () => {},
  };
}
