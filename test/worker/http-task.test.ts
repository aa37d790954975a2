/** The way out in workerd: the contract on its own streams and headers, and runs of the whole Worker. */
import { describe, expect, it } from 'vitest';
import { describeEgress } from '../contracts/egress.ts';
import { run } from '../support/api-client.ts';
import { createFakeNet } from '../support/fake-net.ts';

describeEgress('a fake network on workerd', createFakeNet);

describe.each(['durable', 'inline'])('an http_task of a %s run', (mode) => {
  it('may not ask what is not public, and fails without another attempt', async () => {
    const recipe = {
      name: 'denied',
      nodes: [{ id: 'ask', type: 'http_task', url: 'https://[::ffff:169.254.169.254]/latest' }],
    };
    const { status, error } = await run(recipe, {}, { mode });
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'http_denied' });
  });

  it('in a map keeps the place of every address', async () => {
    const recipe = {
      name: 'map',
      nodes: [
        {
          id: 'pages',
          type: 'map',
          over: ['http://example.com/', 'https://localhost/', 'https://u@example.com/'],
          on_error: 'skip',
          collect: 'values',
          task: { type: 'http_task', url: '{{ item }}' },
        },
      ],
    };
    const { status, result } = await run(recipe, {}, { mode });
    expect(status).toBe('completed');
    const denied = { status: 'failed', error: { code: 'http_denied' } };
    expect(result?.['pages']).toMatchObject([denied, denied, denied]);
  });
});
