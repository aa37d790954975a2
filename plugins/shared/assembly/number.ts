/** Decimal text to a double, without an allocation for the numbers that occur. */

/** Powers of ten that a double holds exactly. */
const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);
const EXACT: u64 = 1 << 53;

/** The text has been checked to be a number of JSON. */
export function parseNumber(start: usize, end: usize): f64 {
  let at = start;
  const isNegative = load<u8>(at) == 0x2d;
  if (isNegative) at++;
  let mantissa: u64 = 0;
  let exponent: i32 = 0;
  let isExact = true;
  let isFraction = false;
  for (; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c == 0x2e) {
      isFraction = true;
      continue;
    }
    if (c - 0x30 > 9) break;
    if (mantissa >= EXACT) {
      isExact = false;
      break;
    }
    mantissa = mantissa * 10 + <u64>(c - 0x30);
    if (isFraction) exponent--;
  }
  if (isExact && at < end) {
    at++;
    let sign: i32 = 1;
    const c: u32 = load<u8>(at);
    if (c == 0x2b || c == 0x2d) {
      if (c == 0x2d) sign = -1;
      at++;
    }
    let written: i32 = 0;
    for (; at < end; at++) written = min(written * 10 + (<i32>load<u8>(at) - 0x30), 100_000);
    exponent += sign * written;
  }
  if (isExact && mantissa == 0) return isNegative ? -0.0 : 0.0;
  if (!isExact || mantissa > EXACT || exponent < -22 || exponent > 22) {
    return F64.parseFloat(String.UTF8.decodeUnsafe(start, end - start));
  }
  const power = load<f64>(POWERS + ((<usize>abs(exponent)) << 3));
  const value = exponent < 0 ? <f64>mantissa / power : <f64>mantissa * power;
  return isNegative ? -value : value;
}

/** Whether the number has enough digits or exponent to leave the range of a double. */
export function mayOverflow(start: usize, end: usize): bool {
  if (end - start > 300) return true;
  let at = start;
  while (at < end && (<u32>load<u8>(at) | 0x20) != 0x65) at++;
  return end - at > 3;
}
