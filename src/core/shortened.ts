/** Cuts what a finding says: it quotes texts in which a sender may have written anything. */

/** Characters that the detail of a finding or an error may have. */
const MAX_DETAIL = 1000;

/** The text, or its start and `…` when it has over `most` characters. No pair of surrogates is cut. */
export function shortened(text: string, most = MAX_DETAIL): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
