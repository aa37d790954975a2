/** The header by which a host says when to come back. */

/** Milliseconds from now, of a number of seconds or a date. Nothing for any other text. */
export function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // A date has a day's and a month's name in it: what else `Date.parse` takes is no date here.
  if (!/^[A-Za-z]+,? .*\d\d:\d\d:\d\d/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
