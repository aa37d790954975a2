/** Where the lines of a text start. */
import { LineCounter } from 'yaml';

/** From the text itself: the parser's own count misses line breaks once it has met a fault. */
export function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start >= 0 && start <= text.length;) {
    lines.addNewLine(start);
    const end = text.indexOf('\n', start);
    start = end === -1 ? -1 : end + 1;
  }
  return lines;
}
