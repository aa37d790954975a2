/** What a key may do. */

export const SCOPES = [
  'runs:read',
  'runs:write',
  'recipes:write',
  'plugins:write',
  'approvals:write',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** `admin` may do everything; who may start runs may read them. */
export function mayUse(held: readonly Scope[], needed: Scope): boolean {
  if (held.includes('admin') || held.includes(needed)) return true;
  return needed === 'runs:read' && held.includes('runs:write');
}
