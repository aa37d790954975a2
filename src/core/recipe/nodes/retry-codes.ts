/** `retry_on` names codes of failures; a word that no failure has would switch tries off in silence. */
import { ERRORS, isErrorCode } from '../../errors.ts';
import type { Path } from '../path.ts';
import type { Report } from '../report.ts';
import { closest } from '../suggest.ts';
import type { z } from 'zod';
import type { retrySchema } from '../schema/common.ts';

type Retry = z.infer<typeof retrySchema>;

interface RetryKeys {
  readonly retry?: Retry | undefined;
  readonly retry_config?: Retry | undefined;
}

/** `path` leads to the node, or to `defaults`. */
export function checkRetryCodes(keys: RetryKeys, path: Path, report: Report): void {
  for (const key of ['retry', 'retry_config'] as const) {
    for (const [index, word] of (keys[key]?.retry_on ?? []).entries()) {
      if (isErrorCode(word)) continue;
      report.add({
        code: 'unknown_retry_code',
        path: [...path, key, 'retry_on', index],
        detail: `No failure has the code "${word}"`,
        suggestion: () => closest(word, Object.keys(ERRORS)),
      });
    }
  }
}
