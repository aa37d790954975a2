/** Text of a guest, made safe to show in a terminal, a log line or a page. */

// Controls but tab and line feed, line and paragraph separators, and what turns the writing direction.
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const lossy = new TextDecoder();

export function printable(text: Uint8Array | string): string {
  return (typeof text === 'string' ? text : lossy.decode(text)).replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
