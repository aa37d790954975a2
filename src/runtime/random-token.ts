/** Text that nobody can guess: bytes of chance as base64url, without padding. */
import { toBase64Url } from './base64-url.ts';

/** `random` gives numbers from 0 up to 1, whose first eight bits are of the platform's generator. */
export function randomToken(bytes: number, random: () => number): string {
  return toBase64Url(Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)));
}
