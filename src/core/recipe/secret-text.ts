/**
 * `{{secret:NAME}}` names a secret that only the way out of the system fills in. It is no template: a
 * plan holds it as a template that renders to the very placeholder.
 */

const PLACEHOLDER = /\{\{\s*secret:([A-Za-z_]\w{0,99})\s*\}\}/g;

export function keepSecrets(text: string): string {
  if (!text.includes('secret:')) return text;
  return text.replaceAll(PLACEHOLDER, (_, name: string) => `{{ '{{secret:${name}}}' }}`);
}
