/** The contracts against a real Upstash database: `npm run test:upstash` with its two variables set. */
import { it } from 'vitest';
import { describeUpstash } from '../support/upstash-bridge/contracts.ts';

const { UPSTASH_REDIS_REST_URL: url = '', UPSTASH_REDIS_REST_TOKEN: token = '' } = process.env;

if (url === '' || token === '') {
  it('needs an account', () => {
    throw new Error('Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, which Upstash shows');
  });
} else {
  // Each step is a command that is paid for.
  describeUpstash(() => ({ url, token, prefix: '' }), { steps: 200 });
}
