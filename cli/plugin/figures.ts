/** Figures as people read them. */

export function grouped(count: number): string {
  return count.toLocaleString('en');
}

export function bytesOf(size: number): string {
  if (size < 10_240) return `${grouped(size)} bytes`;
  if (size < 10 * 1_048_576) return `${grouped(Math.round(size / 1_024))} KiB`;
  return `${grouped(Math.round(size / 1_048_576))} MiB`;
}
