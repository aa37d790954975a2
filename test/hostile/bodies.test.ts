/** Bodies that are too long, or end early or late: they need a client that reads an answer while it still sends. */
import { describe, expect, it } from 'vitest';
import { call, putPlugin } from '../support/api-client.ts';
import { freshName, keepWell, told } from '../support/hostile/api.ts';
import type { Told } from '../support/hostile/api.ts';
import { plugin } from '../support/hostile/plugin.ts';

keepWell();

const MODULE = plugin({ run: [] });
const MIB = 1024 * 1024;

async function put(
  body: BodyInit | null,
  headers: Record<string, string> = { 'content-type': 'application/wasm' },
): Promise<Told> {
  const path = `/v1/plugins/${freshName()}/versions/1.0.0`;
  return told(await call(path, { method: 'PUT', body, headers }));
}

describe('sizes of a body', () => {
  it('of 8 MiB is read, and one byte more is not', async () => {
    const padded = (size: number) => {
      const bytes = new Uint8Array(size);
      bytes.set(MODULE);
      return bytes;
    };
    expect(await put(padded(8 * MIB))).toMatchObject({ status: 422, code: 'plugin_invalid' });
    expect(await put(padded(8 * MIB + 1))).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await put(padded(9 * MIB))).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it.each([9, 64])('of %i MiB in chunks is given up', async (size) => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > size) controller.close();
        else controller.enqueue(new Uint8Array(MIB));
      },
    });
    expect(await put(endless)).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(sent).toBeLessThan(20);
  });

  it('of a form with 9 MiB is given up', async () => {
    const answer = await told(await putPlugin(freshName(), '1.0.0', new Uint8Array(9 * MIB), '{}'));
    expect(answer).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('that are announced as more than they are change nothing', async () => {
    const headers = { 'content-type': 'application/wasm', 'content-length': '99999999999' };
    const answer = await put(MODULE, headers);
    expect([201, 413]).toContain(answer.status);
  });

  it('without a body are no module', async () => {
    expect(await put(null)).toMatchObject({ status: 422, finding: 'not_wasm' });
  });
});
