/** One attempt to send one message. */
import type { Clock, Egress } from './ports.ts';
import type { Signatures } from './ports/signatures.ts';
import type { WebhookTarget } from './ports/webhooks.ts';

const TIMEOUT_MS = 20_000;
/** Of an answer; nobody reads it. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface SendDeps {
  readonly clock: Clock;
  readonly egress: Egress;
  readonly signatures: Pick<Signatures, 'sign'>;
}

/** The status that was answered, or the code of why there was none. Never rejects. */
export async function send(
  { clock, egress, signatures }: SendDeps,
  { url, secret }: WebhookTarget,
  { id, body }: { readonly id: string; readonly body: string },
): Promise<{ readonly status?: number; readonly error?: string }> {
  const signed = signatures.sign({ secret, id, now: clock.now(), body });
  const deadline = clock.deadline(TIMEOUT_MS);
  try {
    const answer = await egress.fetch(
      {
        method: 'POST',
        url,
        headers: [['content-type', 'application/json'], ...signed],
        body,
        maxBytes: MAX_ANSWER_BYTES,
        // An address that sends elsewhere is for its owner to correct: the body is not for others.
        redirect: 'manual',
        policy: egress.policy,
      },
      deadline.signal,
    );
    return answer.ok ? { status: answer.value.status } : { error: answer.error.code };
  } catch {
    return { error: 'http_unreachable' };
  } finally {
    deadline.clear();
  }
}
