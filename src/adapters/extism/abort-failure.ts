/** Why a call was given up: its deadline passed, or nobody wants it any more. */
import { failure } from '../../core/errors.ts';
import type { Failure } from '../../core/errors.ts';

export function abortFailure(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason;
  const isTimeout =
    typeof reason === 'object' &&
    reason !== null &&
    'name' in reason &&
    reason.name === 'TimeoutError';
  return isTimeout
    ? failure('timeout', 'Cannot finish the call: its time is up')
    : failure('cancelled', 'Cannot finish the call: it was cancelled');
}
