/** Decimal text to the nearest double. The standard library's parser errs above 10^38. */

/** Powers of ten that a double holds exactly. */
const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);
const EXACT: u64 = 1 << 53;
/** A mantissa below it may take one more digit and still fits an u64. */
const ROOM: u64 = 1_000_000_000_000_000_000;

/** Past 800 digits, that there are more decides nothing but a tie. */
const MAX_DIGITS: i32 = 800;
/** Largest shift for which a digit and a carry stay within 64 bits. */
const MAX_SHIFT: i32 = 60;

/** A decimal number 0.d1d2d3… × 10^point, one byte a digit. */
const digits: usize = memory.data(1024);
let digitCount: i32 = 0;
let point: i32 = 0;
let hasMore: bool = false;

/** The nearest double of a number that has been checked to be one of JSON. */
export function parseNumber(start: usize, end: usize): f64 {
  const isNegative = load<u8>(start) == 0x2d;
  const value = parsePositive(isNegative ? start + 1 : start, end);
  return isNegative ? -value : value;
}

function parsePositive(start: usize, end: usize): f64 {
  let at = start;
  let mantissa: u64 = 0;
  let exponent: i32 = 0;
  let isFraction = false;
  for (; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c == 0x2e) {
      isFraction = true;
      continue;
    }
    if (c - 0x30 > 9) break;
    if (mantissa >= ROOM) return parseDigits(start, end);
    mantissa = mantissa * 10 + <u64>(c - 0x30);
    if (isFraction) exponent--;
  }
  if (mantissa == 0) return 0;
  exponent += parseExponent(at, end);
  if (exponent < -22 || exponent > 22) return parseDigits(start, end);
  if (mantissa > EXACT) {
    const near = parseNear(mantissa, exponent);
    return near == near ? near : parseDigits(start, end);
  }
  // Both are exact, so the one rounding is that of the operation.
  const power = load<f64>(POWERS + ((<usize>abs(exponent)) << 3));
  return exponent < 0 ? <f64>mantissa / power : <f64>mantissa * power;
}

/**
 * Up to nineteen digits by a power of ten that is exact, as a sum of two doubles; NaN in the rare case
 * that the sum is too close to the middle between two doubles to tell which is nearer.
 */
function parseNear(mantissa: u64, exponent: i32): f64 {
  const power = load<f64>(POWERS + ((<usize>abs(exponent)) << 3));
  const high = <f64>mantissa;
  const low = <f64>(<i64>(mantissa - <u64>high));
  let first: f64;
  let second: f64;
  if (exponent < 0) {
    first = high / power;
    const product = first * power;
    second = (high - product - productError(first, power, product) + low) / power;
  } else {
    first = high * power;
    second = productError(high, power, first) + low * power;
  }
  // What is lost in the second part is less than its 2^-48th: both ends must round alike.
  const margin = second * 3.552713678800501e-15;
  const least = first + (second - margin);
  return least == first + (second + margin) ? least : NaN;
}

/** What rounding took from a product, exactly (Dekker's algorithm). */
function productError(a: f64, b: f64, product: f64): f64 {
  const aHigh = highHalf(a);
  const bHigh = highHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** The first half of a double's bits. */
function highHalf(value: f64): f64 {
  const scaled = value * 134217729;
  return scaled - (scaled - value);
}

/** The number after an "e" at `from`, or 0 at the end; far outside the range it is cut. */
function parseExponent(from: usize, end: usize): i32 {
  if (from >= end) return 0;
  let at = from + 1;
  const c: u32 = load<u8>(at);
  const isNegative = c == 0x2d;
  if (isNegative || c == 0x2b) at++;
  let value: i32 = 0;
  for (; at < end; at++) value = min<i32>(value * 10 + (<i32>load<u8>(at) - 0x30), 100_000_000);
  return isNegative ? -value : value;
}

/** Exact for any number: halves or doubles its decimal digits until the double's bits stand alone. */
function parseDigits(start: usize, end: usize): f64 {
  readDigits(start, end);
  if (digitCount == 0 || point < -330) return 0;
  if (point > 310) return Infinity;
  let exponent: i32 = 0;
  while (point > 0) {
    const shift = point >= 18 ? MAX_SHIFT : max<i32>(1, point * 3);
    shiftRight(shift);
    exponent += shift;
  }
  while (point < 0 || load<u8>(digits) < 5) {
    const shift = point < 0 ? min<i32>(MAX_SHIFT, max<i32>(1, -point * 3)) : 1;
    shiftLeft(shift);
    exponent -= shift;
  }
  // The value is now in [1/2, 1) × 2^exponent. Below the least normal double, bits are lost.
  let bits: i32 = 53;
  if (exponent < -1021) bits = 53 - (-1021 - exponent);
  if (bits < 0) return 0;
  shiftLeft(min<i32>(bits, MAX_SHIFT));
  const whole = roundedInteger();
  return scale(<f64>whole, exponent - bits);
}

/** An exact product, for `value` has the bits that the result can hold. */
function scale(value: f64, exponent: i32): f64 {
  let result = value;
  let left = exponent;
  while (left > 1000) {
    result *= 1.0715086071862673e301; // 2^1000
    left -= 1000;
  }
  while (left < -1000) {
    result *= 9.332636185032189e-302; // 2^-1000
    left += 1000;
  }
  return result * reinterpret<f64>((<u64>(left + 1023)) << 52);
}

function readDigits(start: usize, end: usize): void {
  digitCount = 0;
  point = 0;
  hasMore = false;
  let isFraction = false;
  let at = start;
  for (; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c == 0x2e) {
      isFraction = true;
      continue;
    }
    if (c - 0x30 > 9) break;
    if (c == 0x30 && digitCount == 0) {
      if (isFraction) point--;
      continue;
    }
    if (!isFraction) point++;
    pushDigit(c - 0x30);
  }
  point += parseExponent(at, end);
  trim();
}

function pushDigit(digit: u32): void {
  if (digitCount < MAX_DIGITS) {
    store<u8>(digits + <usize>digitCount, <u8>digit);
    digitCount++;
  } else if (digit != 0) {
    hasMore = true;
  }
}

function trim(): void {
  while (digitCount > 0 && load<u8>(digits + <usize>(digitCount - 1)) == 0) digitCount--;
}

/** Divides by 2^shift. */
function shiftRight(shift: i32): void {
  const count = digitCount;
  const mask: u64 = (1 << (<u64>shift)) - 1;
  let rest: u64 = 0;
  let read = 0;
  while (rest >> <u64>shift == 0) {
    rest = rest * 10 + (read < count ? <u64>load<u8>(digits + <usize>read) : 0);
    read++;
  }
  point -= read - 1;
  digitCount = 0;
  while (true) {
    const digit = <u32>(rest >> <u64>shift);
    rest = (rest & mask) * 10;
    // What is written never overtakes what is read: `read` is at least one ahead.
    pushDigit(digit);
    if (read >= count) {
      if (rest == 0) break;
      continue;
    }
    rest += <u64>load<u8>(digits + <usize>read);
    read++;
  }
  trim();
}

/** Multiplies by 2^shift. */
function shiftLeft(shift: i32): void {
  let carry: u64 = 0;
  for (let i = digitCount - 1; i >= 0; i--) {
    carry += (<u64>load<u8>(digits + <usize>i)) << (<u64>shift);
    store<u8>(digits + <usize>i, <u8>(carry % 10));
    carry /= 10;
  }
  let more = 0;
  for (let left = carry; left > 0; left /= 10) more++;
  if (digitCount + more > MAX_DIGITS) {
    for (let i = MAX_DIGITS - more; i < digitCount; i++)
      hasMore = hasMore || load<u8>(digits + <usize>i) != 0;
    digitCount = MAX_DIGITS - more;
  }
  memory.copy(digits + <usize>more, digits, <usize>digitCount);
  for (let i = more - 1; i >= 0; i--) {
    store<u8>(digits + <usize>i, <u8>(carry % 10));
    carry /= 10;
  }
  digitCount += more;
  point += more;
  trim();
}

/** The digits before the point, rounded half to even. */
function roundedInteger(): u64 {
  let value: u64 = 0;
  for (let i = 0; i < point; i++) {
    value = value * 10 + (i < digitCount ? <u64>load<u8>(digits + <usize>i) : 0);
  }
  if (point < 0 || point >= digitCount) return value;
  const next = load<u8>(digits + <usize>point);
  const isTie = next == 5 && point + 1 == digitCount && !hasMore;
  if (isTie ? (value & 1) == 1 : next >= 5) value++;
  return value;
}

/** Whether a number may be too big for a double, by its digits before the point and its exponent. */
export function mayOverflow(start: usize, end: usize): bool {
  let at = start;
  while (at < end && isPlain(load<u8>(at))) at++;
  const whole = <i32>(at - start);
  while (at < end && (<u32>load<u8>(at) | 0x20) != 0x65) at++;
  return whole + parseExponent(at, end) > 308;
}

/** A digit or the sign before them. */
function isPlain(c: u32): bool {
  return c - 0x30 < 10 || c == 0x2d;
}
