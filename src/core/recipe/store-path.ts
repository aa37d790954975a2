/** Paths in a tenant's recipe store: normalised, never outside its root. */

export const ROOT = 'recipes/';
const EXTENSION = /\.(?:ya?ml|json)$/i;
const MAX_PATH = 512;

/** Why a path written in a recipe cannot name a stored text; undefined when it can. */
export function pathFault(path: string): string | undefined {
  if (path.length === 0 || path.trim() !== path) return 'it is empty or has white space around it';
  if (path.length > MAX_PATH) return `it is longer than ${MAX_PATH} characters`;
  if (/^[A-Za-z][\w+.-]*:/.test(path) || path.startsWith('//')) return 'URLs are not allowed';
  if (path.startsWith('/')) return 'absolute paths are not allowed';
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\\\u0000-\u001f\u007f]/.test(path)) return 'it has a backslash or a control character';
  if (/(?:^|\/)\.{0,2}$/.test(path)) return 'it names no file';
  return undefined;
}

/** Where to look for `path` as written in the file `from`, in order: beside that file, then the root. */
export function candidatePaths(path: string, from: string): string[] {
  if (pathFault(path) !== undefined) return [];
  const folder = from.includes('/') ? from.slice(0, from.lastIndexOf('/') + 1) : '';
  const rooted = path.startsWith(ROOT) ? path : ROOT + path;
  const bases = [normalise(folder + path), normalise(rooted)];
  const names = EXTENSION.test(path) ? [''] : ['.yaml', '.yml', '.json', ''];
  const found = new Set<string>();
  for (const base of bases) {
    if (base === undefined) continue;
    for (const name of names) found.add(base + name);
  }
  return [...found];
}

/** The file's name without folder and extension. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(EXTENSION, '');
}

function normalise(path: string): string | undefined {
  const isRooted = path.startsWith(ROOT);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length <= (isRooted ? 1 : 0)) return undefined;
    else parts.pop();
  }
  return parts.length < (isRooted ? 2 : 1) ? undefined : parts.join('/');
}
