/** What a function is called when a model may call it: providers take letters, digits, `_` and `-`. */
export function toolName(reference: string): string {
  return reference
    .replace(/@.*$/, '')
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 64);
}
