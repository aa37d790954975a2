/** What a cell holds. */

import { mayOverflow, parseNumber } from '../../base/assembly/number';

/** Set by `isNumber`. */
export let cellValue: f64 = 0;

/** A number as JSON writes it, with spaces around it at most. */
export function isNumber(start: usize, end: usize): bool {
  let from = start;
  let to = end;
  while (from < to && load<u8>(from) == 0x20) from++;
  while (to > from && load<u8>(to - 1) == 0x20) to--;
  if (numberEnd(from, to) != to || from == to) return false;
  const value = parseNumber(from, to);
  if (mayOverflow(from, to) && !isFinite(value)) return false;
  cellValue = value;
  return true;
}

/** Where a number that begins there ends, or 0. */
function numberEnd(from: usize, end: usize): usize {
  let at = from;
  if (at < end && load<u8>(at) == 0x2d) at++;
  const whole = at;
  at = skipDigits(at, end);
  if (at == whole || (load<u8>(whole) == 0x30 && at > whole + 1)) return 0;
  if (at < end && load<u8>(at) == 0x2e) {
    const start = at + 1;
    at = skipDigits(start, end);
    if (at == start) return 0;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    const start = at;
    at = skipDigits(start, end);
    if (at == start) return 0;
  }
  return at;
}

function skipDigits(from: usize, end: usize): usize {
  let at = from;
  while (at < end && <u32>load<u8>(at) - 0x30 < 10) at++;
  return at;
}
