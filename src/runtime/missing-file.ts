/** Why a file cannot be had: nobody has put it, or its time is over. */
import { failure } from '../core/errors.ts';
import type { Failure } from '../core/errors.ts';
import type { Files, Tenant } from './ports.ts';

/** `file_expired` as long as it is known of the file, `file_not_found` otherwise. */
export async function missingFile(files: Files, tenant: Tenant, id: string): Promise<Failure> {
  const name = id.slice(0, 128);
  return (await files.hasExpired(tenant, id))
    ? failure('file_expired', `Cannot read file "${name}": its time is over`)
    : failure('file_not_found', `Cannot find file "${name}"`);
}
