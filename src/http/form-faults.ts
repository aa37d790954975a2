/** What is wrong with an approval's form, as `form_invalid` carries it. */
import { isJsonArray, isJsonObject } from '../core/json.ts';
import type { Failure } from '../core/errors.ts';

export interface FormFault {
  /** JSON pointer into the form's value. */
  readonly pointer: string;
  readonly detail: string;
}

export function formFaults({ details }: Failure): FormFault[] {
  if (!isJsonArray(details)) return [];
  return details.flatMap((fault) => {
    if (!isJsonObject(fault)) return [];
    const { pointer, detail } = fault;
    return typeof pointer === 'string' && typeof detail === 'string' ? [{ pointer, detail }] : [];
  });
}
