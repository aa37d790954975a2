/** The name of a stored prompt, where a template may stand as well. */

const PROMPT_FILE = /^[\w-][\w./-]*\.(?:jinja2?|j2)$/;

export function isPromptFile(text: string): boolean {
  return text.length <= 512 && PROMPT_FILE.test(text);
}
