/** The RateLimiter in memory. */
import { createMemoryRateLimiter } from '../../../src/adapters/memory/rate-limiter.ts';
import { createDigests } from '../../../src/adapters/system/digests.ts';
import { describeRateLimiter } from '../../contracts/rate-limiter.ts';
import { createManualClock } from '../../support/manual-clock.ts';

describeRateLimiter('memory', {
  async make() {
    const clock = createManualClock();
    const limiter = createMemoryRateLimiter({
      clock,
      digests: createDigests(),
      log: { write: () => undefined },
    });
    return { clients: [limiter], now: () => clock.now(), advance: clock.advance };
  },
});
