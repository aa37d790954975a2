/** Secrets of Standard Webhooks. */
import { randomToken } from './random-token.ts';

const BYTES = 32;

export function makeWebhookSecret(random: () => number): string {
  const token = randomToken(BYTES, random).replaceAll('-', '+').replaceAll('_', '/');
  return `whsec_${token.padEnd(Math.ceil(token.length / 4) * 4, '=')}`;
}
