/** Cache and limiter against a real Redis, through Upstash's protocol and its own SDKs. */
import { afterAll, beforeAll } from 'vitest';
import { startBridge } from '../support/upstash-bridge/bridge.ts';
import type { Bridge } from '../support/upstash-bridge/bridge.ts';
import { describeUpstash } from '../support/upstash-bridge/contracts.ts';
import { startRedis } from '../support/upstash-bridge/redis.ts';
import type { StartedRedis } from '../support/upstash-bridge/redis.ts';
import { createSdkClients } from '../support/upstash-bridge/sdk-clients.ts';

let redis: StartedRedis;
let bridge: Bridge;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startBridge({ redisPort: redis.port });
});
afterAll(async () => {
  await bridge.close();
  await redis.stop();
});

const account = () => ({ url: bridge.url, token: bridge.token, prefix: '' });

describeUpstash(account, { steps: 20_000 });
describeUpstash(account, {
  steps: 500,
  way: ' by the SDK’s own HTTP',
  clientsOf: createSdkClients,
});
