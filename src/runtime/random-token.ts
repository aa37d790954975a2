/** Text that nobody can guess: bytes of chance as base64url, without padding. */

/** `random` gives numbers from 0 up to 1, whose first eight bits are of the platform's generator. */
export function randomToken(bytes: number, random: () => number): string {
  let text = '';
  for (let at = 0; at < bytes; at += 1) text += String.fromCharCode(Math.floor(random() * 256));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
