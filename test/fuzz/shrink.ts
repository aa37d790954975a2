/** Makes a failing text smaller, as long as it fails by the same rule. */

/** `fails` runs at most this often. */
const MAX_TRIES = 400;

export function shrink(text: string, fails: (text: string) => boolean, maxMs = 20_000): string {
  const started = performance.now();
  let tries = 0;
  let best = text;
  const attempt = (shorter: string): boolean => {
    if (shorter.length >= best.length || tries >= MAX_TRIES || performance.now() - started > maxMs)
      return false;
    tries += 1;
    if (!fails(shorter)) return false;
    best = shorter;
    return true;
  };
  for (const split of [/(?<=\n)/, /(?<=[{%}\n,|])/, /(?:)/u]) {
    for (let size = Math.ceil(best.split(split).length / 2); size >= 1; size = size >> 1) {
      for (let at = 0; at < best.split(split).length;) {
        const parts = best.split(split);
        const shorter = [...parts.slice(0, at), ...parts.slice(at + size)].join('');
        if (!attempt(shorter)) at += size;
        if (tries >= MAX_TRIES) return best;
      }
    }
  }
  return best;
}
