/** Times as people read them. The page cannot know their time zone, so it says which one it means. */

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
});

export function formatInstant(at: number): string {
  return Number.isFinite(at) ? `${FORMAT.format(at)} UTC` : '';
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "in 3 days", "in 2 hours". */
export function formatSpan(ms: number): string {
  for (const [name, unit] of UNITS) {
    const count = Math.floor(ms / unit);
    if (count >= 1) return `in ${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return ms > 0 ? 'in less than a minute' : 'now';
}
