/** An approval's id: the run and the step that waits, so that it is found without a table. */
import { ComposerError } from '../core/errors.ts';

const ID = /^apr_([0-9A-Za-z_-]{1,64})\.([0-9a-f]{2,1024})$/;

export function approvalId(run: string, key: string): string {
  const bytes = [...new TextEncoder().encode(key)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `apr_${run.replace(/^run_/, '')}.${hex}`;
}

/** An id that cannot be one of an approval is not found, like one that is not. */
export function readApprovalId(id: string): { readonly run: string; readonly key: string } {
  const [, run, hex] = ID.exec(id) ?? [];
  const key = hex === undefined ? undefined : textOf(hex);
  if (run === undefined || key === undefined) {
    throw new ComposerError('approval_not_found', `Cannot find approval "${id.slice(0, 64)}"`);
  }
  return { run: `run_${run}`, key };
}

function textOf(hex: string): string | undefined {
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}
