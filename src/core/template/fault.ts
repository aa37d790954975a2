/** What is wrong with the text of a template, found before it is rendered. */

export interface TemplateFault {
  readonly code:
    | 'template_syntax'
    | 'template_too_deep'
    | 'unknown_tag'
    | 'unknown_filter'
    | 'unknown_test'
    | 'bad_arguments';
  readonly message: string;
  /** UTF-16 offset into the source, 0 when unknown. */
  readonly offset: number;
  /** What to write instead. */
  readonly suggestion?: string;
}

/** Carries a fault out of the parser; `parseTemplate` turns it into a Result. */
export class FaultError extends Error {
  readonly fault: TemplateFault;

  constructor(fault: TemplateFault) {
    super(fault.message);
    this.fault = fault;
  }
}

export function syntaxFault(message: string, offset: number, suggestion?: string): FaultError {
  return new FaultError({
    code: 'template_syntax',
    message,
    offset,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** How deep brackets and blocks may nest in a source: each level is several frames of the parser. */
export const MAX_NESTING = 100;

export function tooNested(offset: number): FaultError {
  const message = `Cannot nest deeper than ${MAX_NESTING} levels`;
  return new FaultError({ code: 'template_too_deep', message, offset });
}
