/** Makes a failing text smaller, as long as it fails by the same rule. */

const MAX_TRIES = 400;
const MAX_MS = 10_000;

export function shrink(text: string, fails: (text: string) => boolean): string {
  const started = performance.now();
  let tries = 0;
  const isOver = (): boolean => tries >= MAX_TRIES || performance.now() - started > MAX_MS;
  let best = text;
  // lines first, then what brackets and commas part, then characters
  for (const separator of [/(?<=\n)/, /(?<=[{%}\n,|])/, /(?:)/u]) {
    let parts = best.split(separator);
    for (let size = Math.ceil(parts.length / 2); size >= 1; size = size >> 1) {
      for (let at = 0; at < parts.length && !isOver();) {
        const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
        tries += 1;
        if (fails(fewer.join(''))) parts = fewer;
        else at += size;
      }
    }
    best = parts.join('');
  }
  return best;
}
